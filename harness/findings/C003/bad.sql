-- Row security is switched on and no policy lets anybody see a row.
-- expect: relation = "stores"
-- expect: key = "role=reader"

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
-- == down ==
alter table stores disable row level security;
