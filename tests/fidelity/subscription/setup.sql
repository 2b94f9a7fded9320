create table app.t (id int primary key, a int);
reset role;
create subscription sub connection 'dbname=none' publication p with (connect = false, slot_name = none);
insert into pg_subscription_rel select oid, 'app.t'::regclass, 'r', null from pg_subscription where subname = 'sub';
