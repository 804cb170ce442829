do $$
begin
    assert not exists (
        select from public.transactions as t
        where not exists (select from public.stores as s where s.legacy_id = t.geography_id)
            or not exists (select from public.products as p where p.legacy_id = t.organization_id)
    ), 'a transaction has no store or no product';
    assert not exists (
        select from legacy.orphaned_transactions as o join public.transactions as t on t.id = o.id
    ), 'a transaction was set aside and kept';
end
$$;
