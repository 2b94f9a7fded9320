create schema "Üb""er ☃.Schema" authorization owner;
create function "Üb""er ☃.Schema"."Trig""ger"() returns trigger language plpgsql as 'begin return new; end';
create table "Üb""er ☃.Schema"."Ta'ble "".of.sixty three bytes; drop schema app; -- abcdefghijkl" (
    "I'd" serial, "select" int not null, "a.b" text default 'x', "%s" text, "{}" text, ":x" text, "$1" int, "back\slash" int,
    "a_column_with_a_name_of_exactly_sixty_three_bytes_abcdefghijklm" int,
    constraint "Pri""mary" primary key ("I'd", "select"),
    constraint ":green" check ("select" > 0), constraint "It's" unique ("$1", "%s"));
insert into "Üb""er ☃.Schema"."Ta'ble "".of.sixty three bytes; drop schema app; -- abcdefghijkl" ("select", "$1") select i, i from generate_series(1, 30) i;
create index "In""dex" on "Üb""er ☃.Schema"."Ta'ble "".of.sixty three bytes; drop schema app; -- abcdefghijkl" (lower("a.b"), ("{}" || ":x"));
create trigger "T""rig" before insert on "Üb""er ☃.Schema"."Ta'ble "".of.sixty three bytes; drop schema app; -- abcdefghijkl" for each row when (new."select" > 1) execute function "Üb""er ☃.Schema"."Trig""ger"('{{x}}', ':y', '%I');
create view "Üb""er ☃.Schema"."Vi'ew" as select "%s", "I'd", '{{a}}' as "{{b}}" from "Üb""er ☃.Schema"."Ta'ble "".of.sixty three bytes; drop schema app; -- abcdefghijkl" as "al.ias";
create table "Üb""er ☃.Schema"."Chi;ld" ("k"" 1" int, "k 2" int, constraint "F"".K" foreign key ("k"" 1", "k 2") references "Üb""er ☃.Schema"."Ta'ble "".of.sixty three bytes; drop schema app; -- abcdefghijkl");
create policy "Pol'icy" on "Üb""er ☃.Schema"."Ta'ble "".of.sixty three bytes; drop schema app; -- abcdefghijkl" to "Odd Role ☃" using ("select" > 1);
create rule "Ru""le" as on delete to "Üb""er ☃.Schema"."Ta'ble "".of.sixty three bytes; drop schema app; -- abcdefghijkl" where old."select" = -1 do instead nothing;
create statistics "Üb""er ☃.Schema"."Sta""t" on "select", "$1" from "Üb""er ☃.Schema"."Ta'ble "".of.sixty three bytes; drop schema app; -- abcdefghijkl";
grant select ("a.b") on "Üb""er ☃.Schema"."Ta'ble "".of.sixty three bytes; drop schema app; -- abcdefghijkl" to "Odd Role ☃";
comment on column "Üb""er ☃.Schema"."Ta'ble "".of.sixty three bytes; drop schema app; -- abcdefghijkl"."{}" is '{{braces}} :colon';
