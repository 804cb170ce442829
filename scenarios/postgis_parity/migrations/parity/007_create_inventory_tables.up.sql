-- E-commerce and inventory: 15 tables beside the five that are there. Keys to other groups follow in step 012, when every group is there.

create table public.ocs_product_catalog (
    id uuid primary key default public.uuid_generate_v4(),
    ocs_variant_number varchar(40) not null unique,
    ocs_item_number varchar(40) not null,
    supplier_id uuid not null,
    product_id uuid,
    product_name varchar(200) not null,
    brand varchar(120) not null,
    category varchar(60) not null,
    subcategory varchar(60),
    plant_type varchar(20) check (plant_type in ('indica', 'sativa', 'hybrid', 'blend')),
    gtin varchar(14),
    size varchar(40),
    pack_count integer not null default 1,
    unit_price numeric(10, 2) not null,
    minimum_thc numeric(6, 2),
    maximum_thc numeric(6, 2),
    minimum_cbd numeric(6, 2),
    maximum_cbd numeric(6, 2),
    terpenes text[] not null default '{}',
    short_description text,
    image_url varchar(300),
    slug varchar(200) not null unique,
    availability varchar(20) not null default 'in_stock' check (availability in ('in_stock', 'low_stock', 'out_of_stock', 'discontinued')),
    last_seen_on date,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table public.ocs_product_catalog is 'The wholesaler''s catalogue as it is published';
create index ocs_product_catalog_supplier_id_idx on public.ocs_product_catalog (supplier_id);
create index ocs_product_catalog_product_id_idx on public.ocs_product_catalog (product_id);
create index ocs_product_catalog_ocs_item_number_idx on public.ocs_product_catalog (ocs_item_number);
create index ocs_product_catalog_brand_idx on public.ocs_product_catalog (brand);
create index ocs_product_catalog_category_subcategory_idx on public.ocs_product_catalog (category, subcategory);
create index ocs_product_catalog_product_name_idx on public.ocs_product_catalog using gin (product_name public.gin_trgm_ops);
create index ocs_product_catalog_terpenes_idx on public.ocs_product_catalog using gin (terpenes);
create unique index ocs_product_catalog_gtin_idx on public.ocs_product_catalog (gtin) where gtin is not null;
create index ocs_product_catalog_availability_idx on public.ocs_product_catalog (availability) where availability <> 'in_stock';

create table public.ocs_inventory (
    id uuid primary key default public.uuid_generate_v4(),
    store_id uuid not null,
    catalog_id uuid not null references public.ocs_product_catalog,
    on_hand integer not null default 0,
    reserved integer not null default 0,
    available integer generated always as (on_hand - reserved) stored,
    reorder_point integer not null default 0,
    reorder_quantity integer not null default 0,
    unit_cost numeric(10, 2),
    retail_price numeric(10, 2),
    last_received_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (store_id, catalog_id),
    check (on_hand >= 0 and reserved >= 0)
);
comment on table public.ocs_inventory is 'A shop''s stock of the wholesaler''s variants';
create index ocs_inventory_catalog_id_idx on public.ocs_inventory (catalog_id);
create index ocs_inventory_store_id_available_idx on public.ocs_inventory (store_id, available);

create table public.ocs_inventory_snapshots (
    id uuid primary key default public.uuid_generate_v4(),
    store_id uuid not null,
    catalog_id uuid not null references public.ocs_product_catalog,
    snapshot_on date not null,
    on_hand integer not null,
    value numeric(12, 2) not null,
    created_at timestamptz not null default now(),
    unique (store_id, catalog_id, snapshot_on)
);
comment on table public.ocs_inventory_snapshots is 'The stock at the end of a day';
create index ocs_inventory_snapshots_catalog_id_idx on public.ocs_inventory_snapshots (catalog_id);
create index ocs_inventory_snapshots_snapshot_on_idx on public.ocs_inventory_snapshots using brin (snapshot_on);

create table public.purchase_orders (
    id uuid primary key default public.uuid_generate_v4(),
    po_number varchar(40) not null unique,
    store_id uuid not null,
    supplier_id uuid not null,
    status varchar(20) not null default 'draft' check (status in ('draft', 'submitted', 'confirmed', 'shipped', 'received', 'cancelled')),
    ordered_on date,
    expected_on date,
    received_at timestamptz,
    subtotal numeric(12, 2) not null default 0,
    tax_total numeric(12, 2) not null default 0,
    total numeric(12, 2) not null default 0,
    created_by uuid,
    approved_by uuid,
    notes text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table public.purchase_orders is 'An order to the wholesaler';
create index purchase_orders_supplier_id_idx on public.purchase_orders (supplier_id);
create index purchase_orders_created_by_idx on public.purchase_orders (created_by);
create index purchase_orders_store_id_ordered_on_idx on public.purchase_orders (store_id, ordered_on);
create index purchase_orders_status_idx on public.purchase_orders (status) where status not in ('received', 'cancelled');

create table public.purchase_order_items (
    id uuid primary key default public.uuid_generate_v4(),
    purchase_order_id uuid not null references public.purchase_orders on delete cascade,
    line_number integer not null,
    catalog_id uuid not null references public.ocs_product_catalog,
    ordered_quantity integer not null,
    received_quantity integer not null default 0,
    unit_cost numeric(10, 2) not null,
    line_total numeric(12, 2) not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (purchase_order_id, line_number),
    check (ordered_quantity > 0)
);
comment on table public.purchase_order_items is 'A line of it';
create index purchase_order_items_catalog_id_idx on public.purchase_order_items (catalog_id);

create table public.cart_sessions (
    id uuid primary key default public.uuid_generate_v4(),
    session_token varchar(80) not null unique,
    user_id uuid,
    store_id uuid not null,
    items jsonb not null default '[]',
    subtotal numeric(12, 2) not null default 0,
    promo_code varchar(40),
    delivery_address_id uuid,
    expires_at timestamptz not null,
    converted_order_id uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table public.cart_sessions is 'A cart that outlives the visit';
create index cart_sessions_user_id_idx on public.cart_sessions (user_id);
create index cart_sessions_store_id_idx on public.cart_sessions (store_id);
create index cart_sessions_delivery_address_id_idx on public.cart_sessions (delivery_address_id);
create index cart_sessions_expires_at_idx on public.cart_sessions (expires_at);
create index cart_sessions_items_idx on public.cart_sessions using gin (items);

create table public.ocs_inventory_reservations (
    id uuid primary key default public.uuid_generate_v4(),
    inventory_id uuid not null references public.ocs_inventory,
    cart_session_id uuid references public.cart_sessions,
    order_id uuid,
    quantity integer not null,
    expires_at timestamptz not null,
    released_at timestamptz,
    created_at timestamptz not null default now(),
    check (quantity > 0)
);
comment on table public.ocs_inventory_reservations is 'Stock that is promised';
create index ocs_inventory_reservations_inventory_id_idx on public.ocs_inventory_reservations (inventory_id);
create index ocs_inventory_reservations_cart_session_id_idx on public.ocs_inventory_reservations (cart_session_id);
create index ocs_inventory_reservations_order_id_idx on public.ocs_inventory_reservations (order_id);
create index ocs_inventory_reservations_expires_at_idx on public.ocs_inventory_reservations (expires_at) where released_at is null;

create table public.accessory_categories (
    id serial primary key,
    parent_id integer references public.accessory_categories,
    name varchar(80) not null,
    slug varchar(80) not null unique,
    icon varchar(80),
    sort_order integer not null default 0,
    active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table public.accessory_categories is 'The tree of things that are not cannabis';
create index accessory_categories_parent_id_idx on public.accessory_categories (parent_id);

create table public.accessories_catalog (
    id bigserial primary key,
    category_id integer not null references public.accessory_categories,
    sku varchar(40) not null unique,
    barcode varchar(20),
    name varchar(200) not null,
    brand varchar(120),
    description text,
    msrp numeric(10, 2),
    image_url varchar(300),
    attributes jsonb not null default '{}',
    active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table public.accessories_catalog is 'Papers, pipes, lighters';
create index accessories_catalog_category_id_idx on public.accessories_catalog (category_id);
create unique index accessories_catalog_barcode_idx on public.accessories_catalog (barcode) where barcode is not null;
create index accessories_catalog_name_idx on public.accessories_catalog using gin (name public.gin_trgm_ops);
create index accessories_catalog_brand_idx on public.accessories_catalog (brand);

create table public.shelf_locations (
    id uuid primary key default public.uuid_generate_v4(),
    store_id uuid not null,
    zone varchar(20) not null,
    aisle varchar(20),
    shelf varchar(20),
    bin varchar(20),
    code varchar(60) not null,
    location_type varchar(20) not null default 'shelf' check (location_type in ('shelf', 'vault', 'fridge', 'floor', 'display')),
    temperature_c numeric(4, 1),
    capacity integer,
    active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (store_id, code)
);
comment on table public.shelf_locations is 'A place in a shop';
create index shelf_locations_location_type_idx on public.shelf_locations (location_type);

create table public.batch_tracking (
    id uuid primary key default public.uuid_generate_v4(),
    batch_number varchar(60) not null,
    catalog_id uuid not null references public.ocs_product_catalog,
    store_id uuid not null,
    purchase_order_item_id uuid references public.purchase_order_items on delete set null,
    shelf_location_id uuid references public.shelf_locations on delete set null,
    received_quantity integer not null,
    remaining_quantity integer not null,
    packaged_on date,
    expires_on date,
    received_at timestamptz not null default now(),
    quality_status varchar(20) not null default 'released' check (quality_status in ('quarantine', 'released', 'recalled', 'destroyed')),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (catalog_id, store_id, batch_number)
);
comment on table public.batch_tracking is 'A lot, for recalls';
create index batch_tracking_store_id_idx on public.batch_tracking (store_id);
create index batch_tracking_purchase_order_item_id_idx on public.batch_tracking (purchase_order_item_id);
create index batch_tracking_shelf_location_id_idx on public.batch_tracking (shelf_location_id);
create index batch_tracking_batch_number_idx on public.batch_tracking (batch_number);
create index batch_tracking_expires_on_idx on public.batch_tracking (expires_on) where remaining_quantity > 0;

create table public.ocs_inventory_transactions (
    id bigserial primary key,
    inventory_id uuid not null references public.ocs_inventory,
    batch_id uuid references public.batch_tracking,
    kind varchar(20) not null check (kind in ('receipt', 'sale', 'return', 'adjustment', 'transfer', 'destruction')),
    quantity integer not null,
    unit_cost numeric(10, 2),
    reference_type varchar(40),
    reference_id uuid,
    performed_by uuid,
    notes text,
    created_at timestamptz not null default now()
);
comment on table public.ocs_inventory_transactions is 'Every movement of that stock';
create index ocs_inventory_transactions_batch_id_idx on public.ocs_inventory_transactions (batch_id);
create index ocs_inventory_transactions_performed_by_idx on public.ocs_inventory_transactions (performed_by);
create index ocs_inventory_transactions_inventory_id_created_at_idx on public.ocs_inventory_transactions (inventory_id, created_at);
create index ocs_inventory_transactions_kind_idx on public.ocs_inventory_transactions (kind);
create index ocs_inventory_transactions_reference_type_reference_id_idx on public.ocs_inventory_transactions (reference_type, reference_id);

create table public.batch_recalls (
    id uuid primary key default public.uuid_generate_v4(),
    batch_id uuid not null references public.batch_tracking,
    recall_number varchar(60) not null unique,
    reason text not null,
    severity varchar(20) not null check (severity in ('advisory', 'mandatory')),
    announced_at timestamptz not null,
    completed_at timestamptz,
    units_recovered integer not null default 0,
    initiated_by uuid,
    created_at timestamptz not null default now()
);
comment on table public.batch_recalls is 'A lot that is called back';
create index batch_recalls_batch_id_idx on public.batch_recalls (batch_id);
create index batch_recalls_initiated_by_idx on public.batch_recalls (initiated_by);
create index batch_recalls_announced_at_idx on public.batch_recalls (announced_at);

create table public.accessories_inventory (
    id bigserial primary key,
    store_id uuid not null,
    accessory_id bigint not null references public.accessories_catalog,
    shelf_location_id uuid references public.shelf_locations on delete set null,
    on_hand integer not null default 0,
    cost numeric(10, 2),
    retail_price numeric(10, 2) not null,
    reorder_point integer not null default 0,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (store_id, accessory_id)
);
comment on table public.accessories_inventory is 'A shop''s stock of them';
create index accessories_inventory_accessory_id_idx on public.accessories_inventory (accessory_id);
create index accessories_inventory_shelf_location_id_idx on public.accessories_inventory (shelf_location_id);
create index accessories_inventory_store_id_idx on public.accessories_inventory (store_id) where on_hand <= reorder_point;

create table public.location_assignments (
    id uuid primary key default public.uuid_generate_v4(),
    shelf_location_id uuid not null references public.shelf_locations,
    batch_id uuid not null references public.batch_tracking,
    quantity integer not null,
    assigned_at timestamptz not null default now(),
    assigned_by uuid,
    removed_at timestamptz,
    unique (shelf_location_id, batch_id, assigned_at)
);
comment on table public.location_assignments is 'What lies where';
create index location_assignments_batch_id_idx on public.location_assignments (batch_id);
create index location_assignments_shelf_location_id_idx on public.location_assignments (shelf_location_id) where removed_at is null;
