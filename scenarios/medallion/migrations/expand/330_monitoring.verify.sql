do $$
declare
    failed text := (
        select string_agg(format('%s: %s, expected %s', check_name, actual, expected), '; ')
        from public.verify_migration() where not passed);
begin
    assert failed is null, failed;
    failed := (
        select string_agg(component || ': ' || status || ', ' || detail, '; ')
        from public.check_medallion_health() where status = 'failed');
    assert failed is null, failed;
end
$$;
