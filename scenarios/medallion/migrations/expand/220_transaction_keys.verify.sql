do $$
begin
    assert not exists (
        select from public.transactions
        where store_id is distinct from geography_id::text or product_id is distinct from organization_id::text
    ), 'a transaction has no key, or the key of another store or product';
end
$$;
