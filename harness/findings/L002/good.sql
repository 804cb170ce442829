-- What is slow is done before, in a transaction without the lock.

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
select pg_sleep(1);
-- == up 020 ==
alter table stores add column is_open boolean;
-- == down ==
select 1;
-- == down 020 ==
alter table stores drop column is_open;
