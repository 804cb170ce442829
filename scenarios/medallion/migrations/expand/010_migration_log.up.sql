-- The log every later step writes to, so it comes first; it also refuses a database this migration does not know.
set local lock_timeout = '2s';

do $$
declare
    relation text;
begin
    foreach relation in array array['public.geography', 'public.organization', 'public.transactions'] loop
        if not exists (select from pg_class where oid = to_regclass(relation) and relkind = 'r') then
            raise exception '% is not a table', relation
                using hint = 'this migration starts from the three legacy tables; is it already applied?';
        end if;
    end loop;
end
$$;

create schema legacy;
comment on schema legacy is 'The tables of the old application, kept until the cleanup a week after the migration';
revoke all on schema legacy from public;

create table public.migration_log (
    step text primary key,
    phase text not null,
    description text not null,
    status text not null default 'done',
    rows_affected bigint not null default 0,
    details jsonb not null default '{}',
    started_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    constraint migration_log_status_check check (status in ('running', 'done', 'repaired'))
);
comment on table public.migration_log is 'What the medallion migration did: one row a step';
comment on column public.migration_log.details is 'Keys and rows a step repaired, grants it gave, how far a batch came';
grant select on public.migration_log to service_role;

-- Whether pg_cron is this migration's to drop, a rollback from anywhere must know.
insert into public.migration_log (step, phase, description, details, started_at, finished_at)
values (
    '010_migration_log', '0', 'log and the schema of the kept tables',
    jsonb_build_object('made_extension', not exists (select from pg_extension where extname = 'pg_cron')),
    now(), clock_timestamp());
