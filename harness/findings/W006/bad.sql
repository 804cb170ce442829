-- A new column takes an ACCESS EXCLUSIVE lock for a moment, and the replica takes it, too.
-- expect: key = "010_step"
-- expect: message = "cancels a long read on a replica: User was holding a relation lock for too long."

-- == scenario ==
-- [budget]
-- replica_cancelled_reads = 0
-- == baseline ==
create table sales (id integer primary key, amount integer not null);
insert into sales select n, n % 500 from generate_series(1, 1000) n;
-- == up ==
alter table sales add column net integer;
-- == down ==
alter table sales drop column net;
