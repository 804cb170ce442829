-- Two stores have the code S-02, so the key can not be made.
-- expect: message = "`ALTER TABLE` failed in step `010_step`"

-- == baseline ==
create table stores (id integer primary key, code text not null);
insert into stores values (1, 'S-01'), (2, 'S-02'), (3, 'S-02');
-- == up ==
alter table stores add constraint stores_code_key unique (code);
-- == down ==
alter table stores drop constraint stores_code_key;
