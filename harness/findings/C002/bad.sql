-- The old application reads `select *` and takes columns by their places: a new one is an answer it never had.
-- expect: key = "all stores"

-- == scenario ==
-- [[statement]]
-- name = "all stores"
-- sql = "select * from stores order by id"
-- == baseline ==
create table stores (id integer primary key, code text not null, region text);
insert into stores values (1, 'S-01', 'NCR'), (2, 'S-02', 'CAR'), (3, 'S-03', null);
-- == up ==
alter table stores add column city text;
-- == down ==
alter table stores drop column city;
