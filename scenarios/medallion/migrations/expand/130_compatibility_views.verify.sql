do $$
declare
    name text;
begin
    foreach name in array array['geography', 'organization'] loop
        assert (select relkind from pg_class where oid = to_regclass('public.' || name)) = 'v', name || ' is not a view';
        assert (select relkind from pg_class where oid = to_regclass('legacy.' || name)) = 'r', 'legacy.' || name || ' is missing';
        assert not exists (
            select
            from pg_attribute as t
            full join (select * from pg_attribute where attrelid = to_regclass('public.' || name) and attnum > 0) as v
                on v.attnum = t.attnum
            where (t.attrelid = to_regclass('legacy.' || name) and t.attnum > 0 and not t.attisdropped or t.attrelid is null)
                and (t.attname, t.atttypid, t.atttypmod) is distinct from (v.attname, v.atttypid, v.atttypmod)
        ), name || ' has other columns than the table had';
        -- 31: insert, update, delete, and what a view of one table allows
        assert pg_relation_is_updatable(to_regclass('public.' || name), false) & 28 = 28, name || ' cannot be written';
    end loop;
    assert not exists (
        (select * from (select distinct on (id) * from legacy.geography order by id, updated_at desc, geography::text) as g)
        except all (select * from public.geography)
    ), 'the view geography differs from the kept table';
    assert not exists (
        (select * from (select distinct on (id) * from legacy.organization order by id, updated_at desc, organization::text) as o)
        except all (select * from public.organization)
    ), 'the view organization differs from the kept table';
end
$$;
