-- The table gets a new name, and nothing answers under the old one.
-- expect: relation = "stores"

-- == baseline ==
create table stores (id integer primary key, code text not null, region text);
insert into stores values (1, 'S-01', 'NCR'), (2, 'S-02', 'CAR'), (3, 'S-03', null);
-- == up ==
alter table stores rename to shops;
-- == down ==
alter table shops rename to stores;
