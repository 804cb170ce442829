select count(*) = (select count(*) from public.campaigns) from public.campaigns_backup_20251120;
select count(*) = (select count(*) from public.events where created_at > timestamptz '2025-11-20 00:00+00' - interval '30 days' or canonical_event is not null) from public.events_backup_20251120;
