-- The rows as they were: every campaign, the events of thirty days, and those whose canonical form the way back keeps.
-- Behind an API every table of the schema is in reach, so nobody but their owner reads these.
create table public.campaigns_backup_20251120 as select * from public.campaigns;
create table public.events_backup_20251120 as
select *
from public.events
where created_at > timestamptz '2025-11-20 00:00+00' - interval '30 days' or canonical_event is not null;

alter table public.campaigns_backup_20251120 add primary key (id);
alter table public.events_backup_20251120 add primary key (id);

alter table public.campaigns_backup_20251120 enable row level security;
alter table public.events_backup_20251120 enable row level security;
