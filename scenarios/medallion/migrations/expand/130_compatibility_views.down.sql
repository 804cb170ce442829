-- The kept tables are current: every write since the views came was carried over as it was made.
set local lock_timeout = '2s';

-- In the order of the application: the view, the table under it (locked along with it), the kept one.
lock table public.geography, public.organization, legacy.geography, legacy.organization in access exclusive mode;

drop view public.geography, public.organization;
drop trigger stores_to_geography on public.stores;
drop trigger products_to_organization on public.products;
drop trigger geography_touch on public.stores;
drop trigger organization_touch on public.products;
drop function public.stores_to_geography();
drop function public.products_to_organization();

alter table legacy.geography enable trigger geography_touch;
alter table legacy.organization enable trigger organization_touch;
alter table legacy.geography set schema public;
alter table legacy.organization set schema public;
alter sequence public.geography_id_seq owned by public.geography.id;
alter sequence public.organization_id_seq owned by public.organization.id;
create trigger geography_to_stores after insert or update or delete on public.geography
    for each row execute function public.geography_to_stores();
create trigger organization_to_products after insert or update or delete on public.organization
    for each row execute function public.organization_to_products();

delete from public.migration_log where step = '130_compatibility_views';
