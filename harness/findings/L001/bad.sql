-- For a second there is no view of that name.
-- expect: relation = "look"
-- expect: message = "relation \"shown\" does not exist (42P01)"

-- == scenario ==
-- [budget]
-- stall_ms = 60000
-- [workload]
-- rate = 50
-- clients = 2
-- rest_s = 0.6
-- [[workload.request]]
-- name = "look"
-- sql = """select name from shown where id = $1"""
-- parameters = [{ choice = [1, 2] }]
-- == baseline ==
create table stores (id integer primary key, name text not null);
insert into stores values (1, 'Quezon City'), (2, 'Makati');
create view shown as select id, name from stores;
-- == up ==
-- no-transaction
drop view shown;
select pg_sleep(1);
create view shown as select id, name from stores where id > 0;
-- == down ==
create or replace view shown as select id, name from stores;
