-- Two stores share a code; the step takes one of them and says nothing.
-- expect: message = "no step refused the variant"

-- == scenario ==
-- [[variant]]
-- name = "dirty"
-- file = "variant.sql"
-- expect = "refuses"
-- refusal = "stores share a code"
-- == baseline ==
create table stores (id integer primary key, code text not null, region text);
insert into stores values (1, 'S-01', 'NCR'), (2, 'S-02', 'CAR'), (3, 'S-03', null);
-- == variant ==
insert into stores values (4, 'S-01', 'CAR');
-- == up ==
create table shops (code text primary key, region text);
insert into shops select code, region from stores on conflict do nothing;
-- == down ==
drop table shops;
