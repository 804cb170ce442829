-- What an interrupted build left is dropped first.

-- == baseline ==
create table stores (id integer primary key, code text not null);
insert into stores values (1, 'S-01'), (2, 'S-02'), (3, 'S-03');
-- == up ==
-- no-transaction
drop index concurrently if exists stores_by_code;
create index concurrently stores_by_code on stores (code);
-- == down ==
drop index stores_by_code;
