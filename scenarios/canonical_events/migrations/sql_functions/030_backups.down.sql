drop table public.events_backup_20251120;
drop table public.campaigns_backup_20251120;
