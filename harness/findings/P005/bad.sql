-- Store 1 was visited twice, and the join makes two shops of it.
-- expect: relation = "shops"
-- expect: key = "id=1"

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
    select s.id, s.code, v.day as visited from stores s left join visits v on v.store_id = s.id;
-- == down ==
drop table shops;
