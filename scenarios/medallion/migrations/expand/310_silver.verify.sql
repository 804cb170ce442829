-- Sales go on between the building of the stored sums and this look: what was sold before, they must have; more than
-- was sold by now, they can not have. For sales under way or voided just then a hundredth, or ten, may lie between.
do $$
declare
    built timestamptz := (select started_at from public.migration_log where step = '310_silver');
    sold_before bigint;
    sold_by_now bigint;
    found bigint;
    relation text;
begin
    select count(*) filter (where created_at < built), count(*) into sold_before, sold_by_now from public.transactions;
    foreach relation in array array['store_day', 'store_product_month', 'cashier_month'] loop
        execute format('select coalesce(sum(sales), 0) from silver.%I', relation) into found;
        assert found between sold_before - sold_before / 100 - 10 and sold_by_now + sold_by_now / 100 + 10,
            format('silver.%s has %s sales, expected %s to %s', relation, found, sold_before, sold_by_now);
    end loop;
    assert (
        select (select count(*) from public.transaction_items) = (select count(*) from silver.transactions)
    ), 'silver.transactions has not every line';
    assert to_regprocedure('public.refresh_all_silver_views()') is not null, 'refresh_all_silver_views() is missing';
end
$$;
