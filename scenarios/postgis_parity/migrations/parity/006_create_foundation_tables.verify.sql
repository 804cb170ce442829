select count(*) = 8
from pg_tables
where schemaname = 'public'
    and tablename in (
        'provinces_territories',
        'provincial_suppliers',
        'profiles',
        'user_addresses',
        'system_settings',
        'store_settings',
        'holidays',
        'role_permissions'
    );
-- user_addresses.location
select format_type(atttypid, atttypmod) = 'geography(Point,4326)'
from pg_attribute
where attrelid = 'public.user_addresses'::regclass and attname = 'location';
-- tables: 32
select count(*) = 32
from pg_class as c
where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
    and not exists (select from pg_depend as d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e');
-- indexes: 113
select count(*) = 113
from pg_index as i
join pg_class as c on c.oid = i.indrelid
where c.relnamespace = 'public'::regnamespace and i.indisvalid
    and not exists (select from pg_depend as d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e');
-- foreign keys: 25
select count(*) = 25
from pg_constraint
where connamespace = 'public'::regnamespace and contype = 'f' and convalidated;
-- sequences: 7
select count(*) = 7
from pg_class as c
where c.relnamespace = 'public'::regnamespace and c.relkind = 'S'
    and not exists (select from pg_depend as d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e');
