-- The step writes itself into the log.

-- == scenario ==
-- [[assertion]]
-- name = "the step is on record"
-- claim = "applies"
-- when = "after"
-- sql = "select step from migration_log"
-- expect = [["010_step"]]
-- == baseline ==
create table stores (id integer primary key, code text not null, region text);
insert into stores values (1, 'S-01', 'NCR'), (2, 'S-02', 'CAR'), (3, 'S-03', null);
-- == up ==
create table migration_log (step text primary key);
insert into migration_log values ('010_step');
-- == down ==
drop table migration_log;
