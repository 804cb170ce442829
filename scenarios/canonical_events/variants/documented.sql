-- As the status page has it: one of three campaigns has its data sources, and every event its canonical form.
alter table public.campaigns add column data_sources jsonb;
alter table public.campaigns add column native_config jsonb;
alter table public.events add column canonical_event jsonb;

update public.campaigns
set data_sources = '[{"provider": "shopify", "integration_id": "10000000-0000-4000-8000-000000000001", "integration_name": "Main shop"}]'
where id = '20000000-0000-4000-8000-000000000001';

\ir ../migrations/shared/canonical.sql

update public.events set canonical_event = canonical.event(provider, event_type, event_data, created_at);

drop schema canonical cascade;
