-- The stored rows are nobody's to read; a view shows each their own.

-- == scenario ==
-- [requires]
-- roles = ["reader"]
-- [[identity]]
-- role = "reader"
-- users = "select distinct owner from readings order by 1"
-- [[isolation]]
-- through = "readings_stored"
-- owner = "owner"
-- sql = "select id, owner, kwh from readings_stored"
-- same_as = "select id, owner, kwh from readings"
-- == baseline ==
create table readings (id integer primary key, owner text not null, kwh integer not null);
insert into readings values (1, 'ana', 10), (2, 'ben', 20), (3, 'ana', 30);
do $$ begin if not exists (select from pg_roles where rolname = 'reader') then create role reader; end if; end $$;
grant select on readings to reader;
alter table readings enable row level security;
create policy own on readings using (owner = current_setting('request.jwt.claims', true)::jsonb ->> 'sub');
-- == up ==
create materialized view readings_kept as select id, owner, kwh from readings;
create view readings_stored with (security_barrier = true) as
select id, owner, kwh from readings_kept where owner = current_setting('request.jwt.claims', true)::jsonb ->> 'sub';
grant select on readings_stored to reader;
-- == down ==
drop view readings_stored;
drop materialized view readings_kept;
