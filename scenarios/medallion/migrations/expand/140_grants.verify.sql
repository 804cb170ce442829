do $$
declare
    relation text;
begin
    foreach relation in array array['geography', 'organization', 'transactions'] loop
        assert has_table_privilege('authenticated', 'public.' || relation, 'select'),
            'authenticated cannot read ' || relation;
    end loop;
end
$$;
