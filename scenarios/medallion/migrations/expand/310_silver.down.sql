set local lock_timeout = '2s';
drop function public.refresh_all_silver_views();
drop view silver.transactions, silver.products, silver.stores;
drop materialized view silver.cashier_month, silver.store_product_month, silver.store_day;
drop schema silver;
delete from public.migration_log where step = '310_silver';
