do $$
begin
    assert not exists (
        select from public.geography as g
        where not exists (select from public.stores as s where s.store_id = g.id::text)
    ), 'a row of geography has no store';
    assert not exists (
        select from public.stores as s
        where not exists (select from public.geography as g where g.id::text = s.store_id)
    ), 'a store has no row in geography';
end
$$;
