-- What the jobs did, for administrators only: one row a job, and one a record that failed.
set local lock_timeout = '2s';

create table public.migration_log (
    id bigint generated always as identity primary key,
    migration text not null unique,
    status text not null check (status in ('running', 'done')),
    processed bigint not null default 0,
    succeeded bigint not null default 0,
    failed bigint not null default 0,
    errors jsonb not null default '[]',
    details jsonb not null default '{}',
    performed_by text not null default session_user,
    started_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz default clock_timestamp()
);
create index migration_log_by_start on public.migration_log (started_at desc);

create table public.migration_failures (
    migration text not null,
    record_id text not null,
    reason text not null,
    failed_at timestamptz not null default clock_timestamp(),
    primary key (migration, record_id)
);

-- Campaigns that a person has to decide: what could be meant, and why it was not decided.
create table public.campaign_review (
    campaign_id uuid primary key references public.campaigns on delete cascade,
    reason text not null,
    candidates jsonb not null,
    flagged_at timestamptz not null default clock_timestamp(),
    resolved_at timestamptz
);

alter table public.migration_log enable row level security;
alter table public.migration_failures enable row level security;
alter table public.campaign_review enable row level security;
create policy administrators_read on public.migration_log for select to authenticated using (public.is_admin());
create policy administrators_read on public.migration_failures for select to authenticated using (public.is_admin());
create policy administrators_decide on public.campaign_review for all to authenticated using (public.is_admin());
grant select on public.migration_log, public.migration_failures to authenticated;
grant select, update on public.campaign_review to authenticated;
