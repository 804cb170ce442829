select not has_table_privilege(role, 'public.electricity_readings_mv', 'select')
from unnest(array['anon', 'authenticated', 'service_role']) as role;
