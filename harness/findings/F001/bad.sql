-- The file runs without a transaction, and finds its own table when it is run again.
-- expect: message = "run again, `010_step` fails"

-- == baseline ==
create table stores (id integer primary key, code text not null);
insert into stores values (1, 'S-01'), (2, 'S-02'), (3, 'S-03');
-- == up ==
-- no-transaction
create table shops (id integer primary key, code text not null);
insert into shops select id, code from stores;
-- == down ==
drop table shops;
