-- The lock that the column needs is kept while something slow is done.
-- expect: relation = "stores"
-- expect: message = "while `SELECT` of step `010_step` (up) ran"

-- == scenario ==
-- [budget]
-- stall_ms = 1000
-- lock_wait_ms = 60000
-- [workload]
-- rate = 20
-- clients = 2
-- rest_s = 0.6
-- [[workload.request]]
-- name = "look"
-- sql = """select name from stores where id = $1"""
-- parameters = [{ choice = [1, 2] }]
-- == baseline ==
create table stores (id integer primary key, name text not null);
insert into stores values (1, 'Quezon City'), (2, 'Makati');
-- == up ==
alter table stores add column is_open boolean;
select pg_sleep(4);
-- == down ==
alter table stores drop column is_open;
