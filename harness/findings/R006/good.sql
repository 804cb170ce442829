-- The materialised view is fresh, so a restored backup shows the same rows.

-- == baseline ==
create table stores (id integer primary key, code text not null, region text);
insert into stores values (1, 'S-01', 'NCR'), (2, 'S-02', 'CAR'), (3, 'S-03', null);
create materialized view stores_by_region as select region, count(*) as stores from stores group by region;
insert into stores values (4, 'S-04', 'NCR');
refresh materialized view stores_by_region;
-- == up ==
create table shops as select id, code from stores;
-- == down ==
drop table shops;
