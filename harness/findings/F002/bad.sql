-- An index whose build was interrupted is there, invalid; run again, the step takes it for the index.
-- expect: relation = "index stores_by_code on table public.stores"

-- == baseline ==
create table stores (id integer primary key, code text not null);
insert into stores values (1, 'S-01'), (2, 'S-02'), (3, 'S-03');
-- == up ==
-- no-transaction
create index concurrently if not exists stores_by_code on stores (code);
-- == down ==
drop index stores_by_code;
