-- Each application draws other tokens: what was proven is not what will run.
-- expect: relation = "stores"
-- expect: message = "applying again"

-- == baseline ==
create table stores (id integer primary key, code text not null, region text);
insert into stores values (1, 'S-01', 'NCR'), (2, 'S-02', 'CAR'), (3, 'S-03', null);
-- == up ==
alter table stores add column token text;
update stores set token = gen_random_uuid()::text;
-- == down ==
alter table stores drop column token;
