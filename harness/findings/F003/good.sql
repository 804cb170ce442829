-- What is there already is not inserted again.

-- == baseline ==
create table stores (id integer primary key, code text not null);
insert into stores values (1, 'S-01'), (2, 'S-02'), (3, 'S-03');
-- == up 010 ==
create table shops (store_id integer not null, code text not null);
-- == down 010 ==
drop table shops;
-- == up 020 ==
-- no-transaction
insert into shops select id, code from stores
    where not exists (select from shops where store_id = id);
-- == down 020 ==
truncate shops;
