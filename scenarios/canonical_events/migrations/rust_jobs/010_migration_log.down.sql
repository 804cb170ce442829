set local lock_timeout = '2s';
drop table public.campaign_review;
drop table public.migration_failures;
drop table public.migration_log;
