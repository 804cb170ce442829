select count(*) = 15
from pg_tables
where schemaname = 'public'
    and tablename in (
        'ocs_product_catalog',
        'ocs_inventory',
        'ocs_inventory_snapshots',
        'purchase_orders',
        'purchase_order_items',
        'cart_sessions',
        'ocs_inventory_reservations',
        'accessory_categories',
        'accessories_catalog',
        'shelf_locations',
        'batch_tracking',
        'ocs_inventory_transactions',
        'batch_recalls',
        'accessories_inventory',
        'location_assignments'
    );
-- tables: 47
select count(*) = 47
from pg_class as c
where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
    and not exists (select from pg_depend as d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e');
-- indexes: 193
select count(*) = 193
from pg_index as i
join pg_class as c on c.oid = i.indrelid
where c.relnamespace = 'public'::regnamespace and i.indisvalid
    and not exists (select from pg_depend as d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e');
-- foreign keys: 43
select count(*) = 43
from pg_constraint
where connamespace = 'public'::regnamespace and contype = 'f' and convalidated;
-- sequences: 11
select count(*) = 11
from pg_class as c
where c.relnamespace = 'public'::regnamespace and c.relkind = 'S'
    and not exists (select from pg_depend as d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e');
