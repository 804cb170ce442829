-- Delivery and logistics: 5 tables; pricing and promotions: 8. Keys to other groups follow in step 012, when every group is there.

create table public.delivery_zones (
    id uuid primary key default public.uuid_generate_v4(),
    store_id uuid not null,
    name varchar(120) not null,
    boundary public.geometry(polygon, 4326) not null,
    center public.geography(point, 4326),
    base_fee numeric(8, 2) not null,
    fee_per_km numeric(8, 2) not null default 0,
    free_above numeric(10, 2),
    min_order numeric(10, 2) not null default 0,
    estimated_minutes integer not null,
    priority integer not null default 0,
    active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (store_id, name),
    check (public.st_isvalid(boundary))
);
comment on table public.delivery_zones is 'Where a shop delivers, and for how much';
create index delivery_zones_boundary_idx on public.delivery_zones using gist (boundary);
create index delivery_zones_center_idx on public.delivery_zones using gist (center);

create table public.delivery_geofences (
    id uuid primary key default public.uuid_generate_v4(),
    delivery_id uuid,
    store_id uuid,
    kind varchar(20) not null check (kind in ('pickup', 'dropoff', 'restricted')),
    area public.geometry(polygon, 4326) not null,
    radius_m numeric(8, 1),
    entered_at timestamptz,
    left_at timestamptz,
    created_at timestamptz not null default now()
);
comment on table public.delivery_geofences is 'A line that triggers something';
create index delivery_geofences_delivery_id_idx on public.delivery_geofences (delivery_id);
create index delivery_geofences_store_id_idx on public.delivery_geofences (store_id);
create index delivery_geofences_area_idx on public.delivery_geofences using gist (area);
create index delivery_geofences_kind_idx on public.delivery_geofences (kind);

create table public.delivery_routes (
    id uuid primary key default public.uuid_generate_v4(),
    driver_id uuid not null,
    store_id uuid not null,
    planned_for date not null,
    path public.geometry(linestring, 4326),
    stop_order uuid[] not null default '{}',
    distance_m numeric(10, 1),
    duration_s integer,
    optimizer varchar(40),
    status varchar(20) not null default 'planned' check (status in ('planned', 'started', 'finished', 'cancelled')),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table public.delivery_routes is 'A tour of one driver';
create index delivery_routes_store_id_idx on public.delivery_routes (store_id);
create index delivery_routes_driver_id_planned_for_idx on public.delivery_routes (driver_id, planned_for);
create index delivery_routes_path_idx on public.delivery_routes using gist (path);

create table public.delivery_tracking (
    id bigserial primary key,
    delivery_id uuid not null,
    driver_id uuid not null,
    route_id uuid references public.delivery_routes on delete set null,
    position public.geography(point, 4326) not null,
    speed_kmh numeric(6, 2),
    heading smallint,
    accuracy_m numeric(8, 1),
    battery_percent smallint,
    recorded_at timestamptz not null,
    check (heading between 0 and 359)
);
comment on table public.delivery_tracking is 'Where a driver was';
create index delivery_tracking_driver_id_idx on public.delivery_tracking (driver_id);
create index delivery_tracking_route_id_idx on public.delivery_tracking (route_id);
create index delivery_tracking_delivery_id_recorded_at_idx on public.delivery_tracking (delivery_id, recorded_at);
create index delivery_tracking_position_idx on public.delivery_tracking using gist (position);
create index delivery_tracking_recorded_at_idx on public.delivery_tracking using brin (recorded_at);

create table public.order_status_history (
    id bigserial primary key,
    order_id uuid not null,
    old_status varchar(20),
    new_status varchar(20) not null,
    changed_by uuid,
    reason text,
    created_at timestamptz not null default now()
);
comment on table public.order_status_history is 'What became of an order, and when';
create index order_status_history_changed_by_idx on public.order_status_history (changed_by);
create index order_status_history_order_id_created_at_idx on public.order_status_history (order_id, created_at);
create index order_status_history_new_status_idx on public.order_status_history (new_status);

create table public.pricing_rules (
    id uuid primary key default public.uuid_generate_v4(),
    store_id uuid,
    name varchar(120) not null,
    rule_type varchar(30) not null check (rule_type in ('markup', 'markdown', 'time_of_day', 'expiry', 'competitor')),
    conditions jsonb not null default '{}',
    adjustment_type varchar(20) not null check (adjustment_type in ('percent', 'amount', 'fixed')),
    adjustment numeric(10, 4) not null,
    priority integer not null default 100,
    starts_at timestamptz,
    ends_at timestamptz,
    active boolean not null default true,
    created_by uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table public.pricing_rules is 'A price that moves';
create index pricing_rules_store_id_idx on public.pricing_rules (store_id);
create index pricing_rules_active_priority_idx on public.pricing_rules (active, priority);
create index pricing_rules_conditions_idx on public.pricing_rules using gin (conditions);

create table public.customer_pricing_rules (
    id uuid primary key default public.uuid_generate_v4(),
    customer_id uuid not null,
    tier varchar(20) not null check (tier in ('vip', 'wholesale', 'staff', 'medical')),
    catalog_id uuid,
    discount_percent numeric(5, 2),
    fixed_price numeric(10, 2),
    valid_from date not null,
    valid_until date,
    approved_by uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    check (discount_percent between 0 and 100)
);
comment on table public.customer_pricing_rules is 'A price for one customer';
create index customer_pricing_rules_customer_id_idx on public.customer_pricing_rules (customer_id);
create index customer_pricing_rules_catalog_id_idx on public.customer_pricing_rules (catalog_id);
create index customer_pricing_rules_approved_by_idx on public.customer_pricing_rules (approved_by);
create index customer_pricing_rules_customer_id_tier_idx on public.customer_pricing_rules (customer_id, tier);

create table public.price_tiers (
    id uuid primary key default public.uuid_generate_v4(),
    catalog_id uuid not null,
    store_id uuid,
    min_quantity integer not null,
    max_quantity integer,
    unit_price numeric(10, 2) not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (catalog_id, store_id, min_quantity),
    check (max_quantity is null or max_quantity >= min_quantity)
);
comment on table public.price_tiers is 'Cheaper by the dozen';
create index price_tiers_store_id_idx on public.price_tiers (store_id);

create table public.bundle_deals (
    id uuid primary key default public.uuid_generate_v4(),
    store_id uuid,
    name varchar(160) not null,
    items jsonb not null,
    bundle_price numeric(10, 2) not null,
    saves numeric(10, 2),
    max_per_order integer,
    starts_at timestamptz,
    ends_at timestamptz,
    active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table public.bundle_deals is 'Several things at one price';
create index bundle_deals_store_id_idx on public.bundle_deals (store_id);
create index bundle_deals_items_idx on public.bundle_deals using gin (items);
create index bundle_deals_starts_at_ends_at_idx on public.bundle_deals (starts_at, ends_at);

create table public.discount_codes (
    id uuid primary key default public.uuid_generate_v4(),
    code varchar(40) not null,
    promotion_id uuid,
    tenant_id uuid not null,
    kind varchar(20) not null check (kind in ('percent', 'amount', 'free_delivery')),
    value numeric(10, 2) not null,
    min_order numeric(10, 2) not null default 0,
    max_uses integer,
    used integer not null default 0,
    per_customer integer not null default 1,
    valid_from timestamptz not null,
    valid_until timestamptz,
    active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (tenant_id, code)
);
comment on table public.discount_codes is 'A code to type in';
create index discount_codes_promotion_id_idx on public.discount_codes (promotion_id);
create index discount_codes_valid_until_idx on public.discount_codes (valid_until) where active;

create table public.discount_usage (
    id uuid primary key default public.uuid_generate_v4(),
    discount_code_id uuid not null references public.discount_codes,
    order_id uuid not null,
    customer_id uuid,
    amount numeric(10, 2) not null,
    created_at timestamptz not null default now(),
    unique (discount_code_id, order_id)
);
comment on table public.discount_usage is 'Who typed it in';
create index discount_usage_discount_code_id_idx on public.discount_usage (discount_code_id);
create index discount_usage_order_id_idx on public.discount_usage (order_id);

create table public.promotion_usage (
    id uuid primary key default public.uuid_generate_v4(),
    promotion_id uuid not null,
    order_id uuid not null,
    customer_id uuid,
    discount numeric(10, 2) not null,
    created_at timestamptz not null default now(),
    unique (promotion_id, order_id)
);
comment on table public.promotion_usage is 'Which promotion was used';
create index promotion_usage_order_id_idx on public.promotion_usage (order_id);

create table public.tax_rates (
    id uuid primary key default public.uuid_generate_v4(),
    province_id uuid not null,
    tax_name varchar(20) not null,
    rate numeric(6, 4) not null,
    applies_to varchar(40) not null default 'all',
    effective_from date not null,
    effective_until date,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (province_id, tax_name, applies_to, effective_from),
    check (rate >= 0)
);
comment on table public.tax_rates is 'What a province takes';
