-- The materialised view was not refreshed since store 4 came; a restored backup refreshes it and shows other rows.
-- expect: relation = "stores_by_region"
-- expect: message = "restoring a backup"

-- == baseline ==
create table stores (id integer primary key, code text not null, region text);
insert into stores values (1, 'S-01', 'NCR'), (2, 'S-02', 'CAR'), (3, 'S-03', null);
create materialized view stores_by_region as select region, count(*) as stores from stores group by region;
insert into stores values (4, 'S-04', 'NCR');
-- == up ==
create table shops as select id, code from stores;
-- == down ==
drop table shops;
