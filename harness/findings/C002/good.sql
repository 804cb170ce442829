-- The new column lies in a table of its own.

-- == scenario ==
-- [[statement]]
-- name = "all stores"
-- sql = "select * from stores order by id"
-- == baseline ==
create table stores (id integer primary key, code text not null, region text);
insert into stores values (1, 'S-01', 'NCR'), (2, 'S-02', 'CAR'), (3, 'S-03', null);
-- == up ==
create table store_cities (store_id integer primary key references stores, city text);
-- == down ==
drop table store_cities;
