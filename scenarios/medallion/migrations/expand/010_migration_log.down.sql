set local lock_timeout = '2s';
drop table public.migration_log;
drop schema legacy;
