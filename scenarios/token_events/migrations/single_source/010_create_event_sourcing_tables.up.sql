-- Script 01: `token_events` becomes able to be the source of truth, and `recalculation_batches` is made. The table is
-- there already, half filled: `create table if not exists` would pass over it and leave it without the columns.
set local lock_timeout = '2s';

do $$
begin
    if to_regclass('public.user_profiles') is null or to_regclass('public.electricity_readings') is null then
        raise exception 'user_profiles or electricity_readings is missing'
            using hint = 'this migration starts from the tables of the prepaid-meter application';
    end if;
end
$$;

-- What is nobody's business: no role of the application may use it.
create schema private;
comment on schema private is 'What keeps token_events, electricity_readings and the materialised view together';
revoke all on schema private from public;

alter table public.token_events
    add column is_meter_reset boolean not null default false,
    add column notes text,
    add column is_voided boolean,
    add column voided_at timestamptz,
    add column void_reason text,
    add column metadata jsonb not null default '{}',
    add column updated_at timestamptz;
comment on table public.token_events is 'The source of truth: what happened, in the order it was recorded; nothing is taken away, only voided';
comment on column public.token_events.is_voided is 'Null for an entry of the dual write that nobody judged yet; such an entry does not count';
comment on column public.token_events.metadata is 'Where the event comes from: migrated_from, captured_from, adopted, or nothing for an application''s own';

-- Not validated here, so that the table is not scanned under an exclusive lock.
alter table public.token_events
    add constraint token_events_type_check check (event_type in ('reading', 'top_up', 'meter_reset')) not valid,
    add constraint token_events_values_check check (
        is_voided is distinct from false
        or reading is not null and reading >= 0 and token_units >= 0 and token_cost >= 0 and reading_id is not null
    ) not valid;
alter table public.token_events drop constraint token_events_event_type_check;

create table public.recalculation_batches (
    id uuid primary key default gen_random_uuid(),
    user_id uuid references public.user_profiles,
    trigger_type text not null,
    status text not null default 'done',
    events_count bigint not null default 0,
    details jsonb not null default '{}',
    created_at timestamptz not null default clock_timestamp(),
    constraint recalculation_batches_trigger_type_check
        check (trigger_type in ('validation', 'data_migration', 'late_entry', 'correction', 'deletion')),
    constraint recalculation_batches_status_check check (status in ('done', 'done_with_errors'))
);
comment on table public.recalculation_batches is 'Whenever positions had to be counted anew: why, and for how many events';
create index recalculation_batches_created_at_idx on public.recalculation_batches (created_at);

alter table public.recalculation_batches enable row level security;
create policy recalculation_batches_select_own on public.recalculation_batches
    for select using (user_id = (select auth.uid()));
-- Whoever calls may have been given everything by default privileges.
revoke all on public.recalculation_batches from anon, authenticated;
grant select on public.recalculation_batches to authenticated;

-- Events are entered, never changed: a correction voids and enters anew.
drop policy token_events_own on public.token_events;
create policy token_events_select_own on public.token_events
    for select using (user_id = (select auth.uid()));
create policy token_events_insert_own on public.token_events
    for insert with check (user_id = (select auth.uid()));
