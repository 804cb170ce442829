select md5('variant ' || variant)::uuid as catalog_id, from_quantity as min_quantity, price as unit_price from tiers
