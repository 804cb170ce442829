select count(*) = 13
from pg_tables
where schemaname = 'public'
    and tablename in (
        'delivery_zones',
        'delivery_geofences',
        'delivery_routes',
        'delivery_tracking',
        'order_status_history',
        'pricing_rules',
        'customer_pricing_rules',
        'price_tiers',
        'bundle_deals',
        'discount_codes',
        'discount_usage',
        'promotion_usage',
        'tax_rates'
    );
-- delivery_zones.boundary
select format_type(atttypid, atttypmod) = 'geometry(Polygon,4326)'
from pg_attribute
where attrelid = 'public.delivery_zones'::regclass and attname = 'boundary';
-- delivery_zones.center
select format_type(atttypid, atttypmod) = 'geography(Point,4326)'
from pg_attribute
where attrelid = 'public.delivery_zones'::regclass and attname = 'center';
-- delivery_geofences.area
select format_type(atttypid, atttypmod) = 'geometry(Polygon,4326)'
from pg_attribute
where attrelid = 'public.delivery_geofences'::regclass and attname = 'area';
-- delivery_routes.path
select format_type(atttypid, atttypmod) = 'geometry(LineString,4326)'
from pg_attribute
where attrelid = 'public.delivery_routes'::regclass and attname = 'path';
-- delivery_tracking.position
select format_type(atttypid, atttypmod) = 'geography(Point,4326)'
from pg_attribute
where attrelid = 'public.delivery_tracking'::regclass and attname = 'position';
-- tables: 74
select count(*) = 74
from pg_class as c
where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
    and not exists (select from pg_depend as d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e');
-- indexes: 302
select count(*) = 302
from pg_index as i
join pg_class as c on c.oid = i.indrelid
where c.relnamespace = 'public'::regnamespace and i.indisvalid
    and not exists (select from pg_depend as d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e');
-- foreign keys: 59
select count(*) = 59
from pg_constraint
where connamespace = 'public'::regnamespace and contype = 'f' and convalidated;
-- sequences: 15
select count(*) = 15
from pg_class as c
where c.relnamespace = 'public'::regnamespace and c.relkind = 'S'
    and not exists (select from pg_depend as d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e');
