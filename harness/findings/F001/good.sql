-- Each statement expects what an earlier try left.

-- == baseline ==
create table stores (id integer primary key, code text not null);
insert into stores values (1, 'S-01'), (2, 'S-02'), (3, 'S-03');
-- == up ==
-- no-transaction
create table if not exists shops (id integer primary key, code text not null);
insert into shops select id, code from stores on conflict do nothing;
-- == down ==
drop table shops;
