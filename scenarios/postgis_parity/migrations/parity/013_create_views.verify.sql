-- views: 9
select count(*) = 9
from pg_class as c
where c.relnamespace = 'public'::regnamespace and c.relkind = 'v'
    and not exists (select from pg_depend as d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e');
select count(*) = 7
from pg_views
where schemaname = 'public'
    and viewname in (
        'comprehensive_product_inventory_view',
        'inventory_products_view',
        'active_promotions',
        'admin_users',
        'wishlist_details',
        'translation_coverage',
        'pending_translations'
    );
select count(*) >= 0 from public.comprehensive_product_inventory_view;
select count(*) >= 0 from public.inventory_products_view;
select count(*) >= 0 from public.active_promotions;
select count(*) >= 0 from public.admin_users;
select count(*) >= 0 from public.wishlist_details;
select count(*) >= 0 from public.translation_coverage;
select count(*) >= 0 from public.pending_translations;
-- tables: 118
select count(*) = 118
from pg_class as c
where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
    and not exists (select from pg_depend as d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e');
-- indexes: 504
select count(*) = 504
from pg_index as i
join pg_class as c on c.oid = i.indrelid
where c.relnamespace = 'public'::regnamespace and i.indisvalid
    and not exists (select from pg_depend as d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e');
-- foreign keys: 140
select count(*) = 140
from pg_constraint
where connamespace = 'public'::regnamespace and contype = 'f' and convalidated;
-- sequences: 21
select count(*) = 21
from pg_class as c
where c.relnamespace = 'public'::regnamespace and c.relkind = 'S'
    and not exists (select from pg_depend as d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e');
