select
    md5('zone ' || z.id)::uuid as id, s.id as store_id, z.name, 'SRID=4326;' || z.area as boundary,
    format('SRID=4326;POINT(%s %s)', s.lng, s.lat) as center, z.fee as base_fee, z.minutes as estimated_minutes
from zones as z
join stores as s on s.code = z.store_code
