create view public.comprehensive_product_inventory_view as
select
    i.id, s.id as store_id, s.store_code, s.name as store_name, c.id as catalog_id, c.ocs_variant_number, c.product_name,
    c.brand, c.category, c.subcategory, c.plant_type, c.size, i.on_hand, i.reserved, i.available, i.reorder_point,
    i.unit_cost, coalesce(i.retail_price, c.unit_price) as retail_price, r.average as rating, r.review_count,
    (
        select min(b.expires_on)
        from public.batch_tracking as b
        where b.store_id = i.store_id and b.catalog_id = i.catalog_id and b.remaining_quantity > 0
    ) as next_expiry
from public.ocs_inventory as i
join public.stores as s on s.id = i.store_id
join public.ocs_product_catalog as c on c.id = i.catalog_id
left join public.product_ratings as r on r.catalog_id = c.id;

create view public.inventory_products_view as
select
    i.id, i.store_id, p.id as product_id, p.sku, p.name, p.brand, k.name as category, i.on_hand, i.reserved,
    i.on_hand - i.reserved as available, p.price, i.unit_cost
from public.inventory as i
join public.products as p on p.id = i.product_id
left join public.product_categories as k on k.id = p.category_id;

create view public.active_promotions as
select
    p.id, p.store_id, p.code, p.name, p.kind, p.value, p.starts_at, p.ends_at,
    (select count(*) from public.promotion_usage as u where u.promotion_id = p.id) as used
from public.promotions as p
where p.active and p.starts_at <= now() and (p.ends_at is null or p.ends_at > now());

create view public.admin_users as
select u.id, u.email, u.first_name, u.last_name, u.role, u.tenant_id, t.name as tenant, u.store_id, u.last_login_at
from public.users as u
left join public.tenants as t on t.id = u.tenant_id
where u.role in ('store_manager', 'tenant_admin', 'super_admin') and u.active and u.deleted_at is null;

create view public.wishlist_details as
select
    w.id, w.customer_id, w.store_id, c.id as catalog_id, c.product_name, c.brand, c.unit_price, c.availability,
    w.priority, w.notify_on_sale, w.notify_on_stock, w.created_at
from public.wishlist as w
join public.ocs_product_catalog as c on c.id = w.catalog_id;

create view public.translation_coverage as
select
    l.code as language, l.name, count(t.id) as translated, count(t.id) filter (where t.is_reviewed) as reviewed
from public.supported_languages as l
left join public.translations as t on t.language = l.code
group by l.code, l.name;

create view public.pending_translations as
select r.id, r.namespace, r.key, r.language, r.hits, r.created_at
from public.translation_requests as r
where r.resolved_at is null
    and not exists (
        select
        from public.translations as t
        where t.namespace = r.namespace and t.key = r.key and t.language = r.language
    );
