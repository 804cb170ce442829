select
    md5('variant ' || variant)::uuid as id, variant as ocs_variant_number, item as ocs_item_number, supplier_id,
    title as product_name, brand, category, sub_category as subcategory, plant as plant_type, gtin, pack as pack_count,
    price as unit_price, thc_min as minimum_thc, thc_max as maximum_thc,
    array_remove(string_to_array(terpenes, ';'), '') as terpenes, description as short_description,
    lower(replace(variant, '.', '-')) as slug, stock_status as availability,
    created at time zone 'America/Toronto' as created_at, updated at time zone 'America/Toronto' as updated_at
from ocs_catalog
