do $$
begin
    assert to_regnamespace('legacy') is not null, 'the schema legacy is missing';
    assert (select count(*) from public.migration_log where step = '010_migration_log') = 1, 'the log has no first row';
end
$$;
