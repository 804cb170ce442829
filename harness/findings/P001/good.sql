-- A left join keeps the store without a region.

-- == scenario ==
-- [[parity]]
-- name = "shops"
-- key = ["id"]
-- legacy = "select id, code from stores"
-- target = "select id, code from shops"
-- == baseline ==
create table stores (id integer primary key, code text not null, region text);
insert into stores values (1, 'S-01', 'NCR'), (2, 'S-02', 'CAR'), (3, 'S-03', null);
create table regions (name text primary key, island text not null);
insert into regions values ('NCR', 'Luzon'), ('CAR', 'Luzon');
-- == up ==
create table shops as
    select s.id, s.code, r.island from stores s left join regions r on r.name = s.region;
-- == down ==
drop table shops;
