-- The constraint was added NOT VALID, and nobody validated it: old rows may break it.
-- expect: relation = "constraint code_form on table public.stores"

-- == baseline ==
create table stores (id integer primary key, code text not null, region text);
insert into stores values (1, 'S-01', 'NCR'), (2, 'S-02', 'CAR'), (3, 'S-03', null);
-- == up ==
alter table stores add constraint code_form check (code like 'S-%') not valid;
-- == down ==
alter table stores drop constraint code_form;
