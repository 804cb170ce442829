-- The policy lets the role see what it saw before.

-- == scenario ==
-- [requires]
-- roles = ["reader"]
-- == baseline ==
create table stores (id integer primary key, code text not null, region text);
insert into stores values (1, 'S-01', 'NCR'), (2, 'S-02', 'CAR'), (3, 'S-03', null);
create role reader;
grant select on stores to reader;
-- == up ==
alter table stores enable row level security;
create policy everything on stores for select to reader using (true);
-- == down ==
drop policy everything on stores;
alter table stores disable row level security;
