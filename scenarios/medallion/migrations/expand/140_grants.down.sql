set local lock_timeout = '2s';

do $$
declare
    relation text;
begin
    for relation in
        select jsonb_array_elements_text(details -> 'keys') from public.migration_log where step = '140_grants'
    loop
        execute format('revoke select on public.%I from authenticated', relation);
    end loop;
    delete from public.migration_log where step = '140_grants';
end
$$;
