-- Gold is made of silver, so it has the same sums to the centavo, however many sales were made since.
do $$
begin
    assert (select sum(peso_value) from gold.regional_daily)
        is not distinct from (select sum(peso_value) from silver.store_day), 'gold.regional_daily does not add up';
    assert (select sum(peso_value) from gold.top_brands_by_region)
        is not distinct from (select sum(peso_value) from silver.store_product_month), 'gold.top_brands_by_region does not add up';
    assert (select sum(peso_value) from gold.product_month)
        is not distinct from (select sum(peso_value) from silver.store_product_month), 'gold.product_month does not add up';
    assert (select sum(peso_value) from gold.cashier_totals)
        is not distinct from (select sum(peso_value) from silver.cashier_month), 'gold.cashier_totals does not add up';
    assert not exists (
        select from pg_matviews as v
        where v.schemaname in ('silver', 'gold') and not exists (
            select from pg_index as i
            where i.indrelid = format('%I.%I', v.schemaname, v.matviewname)::regclass and i.indisunique and i.indisvalid
        )
    ), 'a stored view has no unique index and cannot be refreshed while it is read';
    assert to_regprocedure('public.refresh_all_gold_views()') is not null, 'refresh_all_gold_views() is missing';
end
$$;
