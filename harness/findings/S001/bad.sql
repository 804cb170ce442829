-- An index on `code` was agreed on; the step makes one on `lower(code)`.
-- expect: relation = "example/main/schema"
-- expect: message = "lower(code)"

-- == schema ==
-- schema public
--
-- table public.stores
--     column id integer not null
--     column code text
--     constraint stores_pkey PRIMARY KEY (id)
--     index stores_by_code USING btree (code)
-- == baseline ==
create table stores (id integer primary key, code text);
insert into stores values (1, 'S-01');
-- == up ==
create index stores_by_code on stores (lower(code));
-- == down ==
drop index stores_by_code;
