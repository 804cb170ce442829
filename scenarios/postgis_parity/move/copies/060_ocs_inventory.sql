select
    md5('stock ' || k.store_code || k.variant)::uuid as id, s.id as store_id, md5('variant ' || k.variant)::uuid as catalog_id,
    k.on_hand, k.reserved, k.cost as unit_cost, k.shelf_price as retail_price
from stock as k
join stores as s on s.code = k.store_code
