reset role;
create foreign data wrapper w;
create server s foreign data wrapper w;
grant usage on foreign server s to owner;
set role owner;
create foreign table app.t (id int, a int) server s;
