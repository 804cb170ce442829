-- 18 columns more
select count(*) = 31
from pg_attribute
where attrelid = 'public.users'::regclass and attnum > 0 and not attisdropped;
select atttypid = 'public.user_role_simple'::regtype
from pg_attribute
where attrelid = 'public.users'::regclass and attname = 'role';
-- tables: 24
select count(*) = 24
from pg_class as c
where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
    and not exists (select from pg_depend as d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e');
-- indexes: 72
select count(*) = 72
from pg_index as i
join pg_class as c on c.oid = i.indrelid
where c.relnamespace = 'public'::regnamespace and i.indisvalid
    and not exists (select from pg_depend as d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e');
-- foreign keys: 22
select count(*) = 22
from pg_constraint
where connamespace = 'public'::regnamespace and contype = 'f' and convalidated;
-- sequences: 4
select count(*) = 4
from pg_class as c
where c.relnamespace = 'public'::regnamespace and c.relkind = 'S'
    and not exists (select from pg_depend as d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e');
