do $$
begin
    assert not exists (
        select from public.organization as o
        where not exists (select from public.products as p where p.product_id = o.id::text)
    ), 'a row of organization has no product';
    assert not exists (
        select from public.products as p
        where not exists (select from public.organization as o where o.id::text = p.product_id)
    ), 'a product has no row in organization';
    -- Where a key stands more than once, the newest row is the product.
    assert not exists (
        select
        from (select distinct on (o.id) o.* from public.organization as o order by o.id, o.updated_at desc, o::text) as newest
        join public.products as p on p.legacy_id = newest.id
        where (newest.brand, newest.category) is distinct from (p.brand_name, p.category_name)
            or newest.brand is not null
            and not exists (select from public.brands as b where b.brand_name = newest.brand)
            or not exists (select from public.categories as c where c.category_name = newest.category)
    ), 'a product has another brand or category than its row in organization';
end
$$;
