-- The new columns. Which of them the application had made already, the way back must know.
set local lock_timeout = '2s';

insert into public.migration_log (migration, status, details)
select 'columns', 'done', jsonb_build_object('had', coalesce(jsonb_agg(attname order by attname), '[]'))
from pg_attribute
where attrelid in ('public.campaigns'::regclass, 'public.events'::regclass) and not attisdropped
    and attname in ('data_sources', 'native_config', 'canonical_event');

alter table public.campaigns
add column if not exists data_sources jsonb,
add column if not exists native_config jsonb;
alter table public.events
add column if not exists canonical_event jsonb;
