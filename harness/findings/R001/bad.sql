-- The way back drops a view; the way forward made a table.
-- expect: message = "rolling back `010_step` failed"

-- == baseline ==
create table stores (id integer primary key, code text not null, region text);
insert into stores values (1, 'S-01', 'NCR'), (2, 'S-02', 'CAR'), (3, 'S-03', null);
-- == up ==
create table shops as select id, code from stores;
-- == down ==
drop view shops;
