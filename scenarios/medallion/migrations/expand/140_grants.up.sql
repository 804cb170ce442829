-- Appendix, issue 3: `authenticated` must be able to read what the application reads. Only what is missing is
-- granted, only on the three legacy names, and the log says on which.
set local lock_timeout = '2s';

do $$
declare
    relation text;
    granted text[] := '{}';
begin
    foreach relation in array array['geography', 'organization', 'transactions'] loop
        if not has_table_privilege('authenticated', 'public.' || relation, 'select') then
            execute format('grant select on public.%I to authenticated', relation);
            granted := granted || relation;
        end if;
    end loop;
    insert into public.migration_log (step, phase, description, status, rows_affected, details, started_at, finished_at)
    values (
        '140_grants', '1.4', 'authenticated reads the legacy names',
        case when cardinality(granted) > 0 then 'repaired' else 'done' end, cardinality(granted),
        case when cardinality(granted) > 0
            then jsonb_build_object('repair', 'missing_grants', 'role', 'authenticated', 'privilege', 'select', 'keys', granted)
            else '{}' end,
        now(), clock_timestamp());
end
$$;
