-- The new column has a default; the old application's INSERT still works.

-- == scenario ==
-- [[statement]]
-- name = "open a store"
-- sql = "insert into stores (id, code) values (9, 'new')"
-- == baseline ==
create table stores (id integer primary key, code text not null, region text);
insert into stores values (1, 'S-01', 'NCR'), (2, 'S-02', 'CAR'), (3, 'S-03', null);
-- == up ==
alter table stores add column city text not null default '';
-- == down ==
alter table stores drop column city;
