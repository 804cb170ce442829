set local lock_timeout = '2s';
drop trigger organization_to_products on public.organization;
drop function public.organization_to_products();
drop trigger products_name_parents on public.products;
drop function public.products_name_parents();
delete from public.products;
delete from public.categories;
delete from public.brands;
delete from public.migration_log where step = '120_products';
