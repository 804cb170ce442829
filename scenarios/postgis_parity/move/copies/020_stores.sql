select
    id, tenant_id, code as store_code, name, address as address_line, city, province_code, postal_code,
    format('SRID=4326;POINT(%s %s)', lng, lat) as location, opened at time zone 'America/Toronto' as created_at
from stores
