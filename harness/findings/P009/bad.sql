-- The new table says that store S-01 lies in NCR and in CAR.
-- expect: key = "no store lies in two regions"

-- == scenario ==
-- [[assertion]]
-- name = "no store lies in two regions"
-- claim = "parity"
-- when = "after"
-- sql = "select code from shops group by code having count(distinct region) > 1"
-- expect = []
-- == baseline ==
create table stores (id integer primary key, code text not null, region text);
insert into stores values (1, 'S-01', 'NCR'), (2, 'S-02', 'CAR'), (3, 'S-03', null);
-- == up ==
create table shops as select code, region from stores union all select 'S-01', 'CAR';
-- == down ==
drop table shops;
