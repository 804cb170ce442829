-- The constraint is validated in the end.

-- == schema ==
-- schema public
--
-- table public.stores
--     column id integer not null
--     column code text not null
--     column region text
--     constraint code_form CHECK ((code ~~ 'S-%'::text))
--     constraint stores_pkey PRIMARY KEY (id)
-- == baseline ==
create table stores (id integer primary key, code text not null, region text);
insert into stores values (1, 'S-01', 'NCR'), (2, 'S-02', 'CAR'), (3, 'S-03', null);
-- == up ==
alter table stores add constraint code_form check (code like 'S-%') not valid;
alter table stores validate constraint code_form;
-- == down ==
alter table stores drop constraint code_form;
