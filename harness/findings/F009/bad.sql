-- A part of the work is still noted as open.
-- expect: key = "no part is left open"
-- == scenario ==
-- [[assertion]]
-- name = "no part is left open"
-- claim = "resumable"
-- when = "after"
-- sql = "select count(*) from parts where not done"
-- expect = [["0"]]
-- == baseline ==
create table stores (id integer primary key, code text not null);
insert into stores values (1, 'S-01'), (2, 'S-02'), (3, 'S-03');
-- == up ==
create table parts (part integer primary key, done boolean not null);
insert into parts values (1, true), (2, false);
-- == down ==
drop table parts;
