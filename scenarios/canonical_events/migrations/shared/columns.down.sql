set local lock_timeout = '2s';

do $$
declare
    had jsonb := (select details -> 'had' from public.migration_log where migration = 'columns');
    target text;
begin
    foreach target in array array['campaigns.data_sources', 'campaigns.native_config', 'events.canonical_event'] loop
        if not had ? split_part(target, '.', 2) then
            execute format('alter table public.%I drop column %I', split_part(target, '.', 1), split_part(target, '.', 2));
        end if;
    end loop;
end
$$;

delete from public.migration_log where migration = 'columns';
