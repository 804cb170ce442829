set local lock_timeout = '2s';
drop table public.transaction_items, public.cashiers, public.products, public.categories, public.brands, public.stores;
drop function public.products_fill_key(), public.stores_fill_key();
delete from public.migration_log where step = '100_new_tables';
