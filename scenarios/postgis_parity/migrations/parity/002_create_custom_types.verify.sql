select array_agg(enumlabel::text order by enumsortorder)
    = array['customer', 'staff', 'driver', 'store_manager', 'tenant_admin', 'super_admin']
from pg_enum
where enumtypid = 'public.user_role_simple'::regtype;
select public.generate_slug('  Île-de-Montréal: Crème Brûlée ') = 'ile-de-montreal-creme-brulee';
select public.distance_km('POINT(-79.3832 43.6532)', 'POINT(-73.5673 45.5017)') between 500 and 510;
