-- An INSERT without a list of columns pairs them by their order: code and region change places.
-- expect: relation = "shops"
-- expect: key = "id=1"
-- expect: message = "`code` was `S-01` and is `NCR`"

-- == scenario ==
-- [[parity]]
-- name = "shops"
-- key = ["id"]
-- legacy = "select id, code, region from stores"
-- target = "select id, code, region from shops"
-- == baseline ==
create table stores (id integer primary key, code text not null, region text);
insert into stores values (1, 'S-01', 'NCR'), (2, 'S-02', 'CAR'), (3, 'S-03', null);
-- == up ==
create table shops (id integer primary key, region text, code text);
insert into shops select id, code, region from stores;
-- == down ==
drop table shops;
