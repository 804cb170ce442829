select count(*) = 14 and min(version) = '001' and max(version) = '014' from ai_engine_test.schema_migrations;
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
