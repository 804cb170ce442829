-- One row a store: the visits are aggregated.

-- == scenario ==
-- [[parity]]
-- name = "shops"
-- key = ["id"]
-- legacy = "select id, code from stores"
-- target = "select id, code from shops"
-- == baseline ==
create table stores (id integer primary key, code text not null, region text);
insert into stores values (1, 'S-01', 'NCR'), (2, 'S-02', 'CAR'), (3, 'S-03', null);
create table visits (store_id integer references stores, day date);
insert into visits values (1, '2024-05-01'), (1, '2024-05-02'), (2, '2024-05-02');
-- == up ==
create table shops as
    select s.id, s.code, max(v.day) as visited from stores s left join visits v on v.store_id = s.id
    group by s.id, s.code;
-- == down ==
drop table shops;
