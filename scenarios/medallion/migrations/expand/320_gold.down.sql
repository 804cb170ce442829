set local lock_timeout = '2s';
drop function public.refresh_all_gold_views();
drop materialized view gold.cashier_totals, gold.product_month, gold.top_brands_by_region, gold.regional_daily;
drop schema gold;
delete from public.migration_log where step = '320_gold';
