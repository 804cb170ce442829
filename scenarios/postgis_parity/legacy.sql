-- The database as it is: 24 tables with PostGIS beside them, two views, 66 indexes, 22 foreign keys, 4 sequences and the
-- extensions plpgsql, postgis and uuid-ossp.
create extension postgis with schema public;
create extension "uuid-ossp" with schema public;

do $$ begin
    if not exists (select from pg_roles where rolname = 'weedgo_app') then
        create role weedgo_app;
    end if;
end $$;

-- What is made here is the application's to use; what belongs to an extension was made before.
alter default privileges in schema public grant select, insert, update, delete on tables to weedgo_app;
alter default privileges in schema public grant usage, select on sequences to weedgo_app;

create table public.tenants (
    id uuid primary key default public.uuid_generate_v4(),
    name varchar(160) not null,
    code varchar(40) not null unique,
    company_name varchar(160),
    contact_email varchar(160),
    status varchar(20) not null default 'active' check (status in ('active', 'suspended', 'closed')),
    subscription_tier varchar(20) not null default 'basic' check (subscription_tier in ('basic', 'plus', 'enterprise')),
    currency char(3) not null default 'CAD',
    settings jsonb not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table public.tenants is 'A retailer that runs one or more stores';
create index tenants_status_idx on public.tenants (status);

create table public.users (
    id uuid primary key default public.uuid_generate_v4(),
    email varchar(255) not null unique,
    password_hash varchar(255) not null,
    first_name varchar(80),
    last_name varchar(80),
    phone varchar(32),
    role varchar(32) not null default 'customer' check (role in ('customer', 'staff', 'driver', 'store_manager', 'tenant_admin', 'super_admin')),
    tenant_id uuid references public.tenants,
    active boolean not null default true,
    email_verified boolean not null default false,
    last_login_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table public.users is 'Everybody who can sign in';
create index users_tenant_id_idx on public.users (tenant_id);
create index users_role_idx on public.users (role);

create table public.stores (
    id uuid primary key default public.uuid_generate_v4(),
    tenant_id uuid not null references public.tenants,
    store_code varchar(40) not null unique,
    name varchar(160) not null,
    address_line varchar(200) not null,
    city varchar(80) not null,
    province_code char(2) not null,
    postal_code varchar(10) not null,
    phone varchar(32),
    email varchar(160),
    location public.geography(point, 4326) not null,
    service_area public.geometry(polygon, 4326),
    status varchar(20) not null default 'active' check (status in ('active', 'inactive', 'closed')),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table public.stores is 'A licensed shop';
create index stores_location_idx on public.stores using gist (location);
create index stores_service_area_idx on public.stores using gist (service_area);
create index stores_province_code_city_idx on public.stores (province_code, city);

create table public.store_hours (
    id uuid primary key default public.uuid_generate_v4(),
    store_id uuid not null references public.stores on delete cascade,
    weekday smallint not null,
    opens_at time,
    closes_at time,
    closed boolean not null default false,
    unique (store_id, weekday),
    check (weekday between 0 and 6)
);
comment on table public.store_hours is 'When a shop is open';

create table public.customers (
    id uuid primary key default public.uuid_generate_v4(),
    tenant_id uuid not null references public.tenants,
    user_id uuid references public.users,
    first_name varchar(80) not null,
    last_name varchar(80) not null,
    email varchar(160),
    phone varchar(32),
    date_of_birth date,
    home public.geography(point, 4326),
    loyalty_points integer not null default 0,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table public.customers is 'Somebody who buys';
create index customers_email_idx on public.customers (email);
create index customers_last_name_first_name_idx on public.customers (last_name, first_name);
create index customers_home_idx on public.customers using gist (home);

create table public.orders (
    id uuid primary key default public.uuid_generate_v4(),
    order_number varchar(40) not null unique,
    store_id uuid not null references public.stores,
    customer_id uuid references public.customers,
    user_id uuid,
    status varchar(20) not null default 'pending' check (status in ('pending', 'confirmed', 'ready', 'delivering', 'completed', 'cancelled')),
    subtotal numeric(12, 2) not null,
    tax_total numeric(12, 2) not null default 0,
    delivery_fee numeric(12, 2) not null default 0,
    total numeric(12, 2) not null,
    payment_status varchar(20) not null default 'unpaid' check (payment_status in ('unpaid', 'paid', 'refunded')),
    delivery_point public.geography(point, 4326),
    placed_at timestamptz not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table public.orders is 'A purchase';
create index orders_customer_id_idx on public.orders (customer_id);
create index orders_store_id_placed_at_idx on public.orders (store_id, placed_at);
create index orders_status_idx on public.orders (status) where status not in ('completed', 'cancelled');
create index orders_delivery_point_idx on public.orders using gist (delivery_point);

create table public.audit_log (
    id bigserial primary key,
    actor_id uuid,
    action varchar(60) not null,
    entity varchar(60) not null,
    entity_id uuid,
    details jsonb not null default '{}',
    created_at timestamptz not null default now()
);
comment on table public.audit_log is 'Who did what';
create index audit_log_entity_entity_id_idx on public.audit_log (entity, entity_id);
create index audit_log_created_at_idx on public.audit_log (created_at);

create table public.product_categories (
    id serial primary key,
    parent_id integer references public.product_categories,
    name varchar(80) not null,
    slug varchar(80) not null unique,
    position integer not null default 0,
    active boolean not null default true
);
comment on table public.product_categories is 'The tree of the shop''s shelves';

create table public.products (
    id uuid primary key default public.uuid_generate_v4(),
    sku varchar(40) not null unique,
    name varchar(200) not null,
    brand varchar(120),
    category_id integer references public.product_categories,
    description text,
    thc_percent numeric(5, 2),
    cbd_percent numeric(5, 2),
    weight_g numeric(8, 2),
    price numeric(10, 2) not null,
    active boolean not null default true,
    attributes jsonb not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table public.products is 'What the shop sells';
create index products_category_id_idx on public.products (category_id);
create index products_brand_idx on public.products (brand);
create index products_name_idx on public.products (name);

create table public.order_items (
    id uuid primary key default public.uuid_generate_v4(),
    order_id uuid not null references public.orders on delete cascade,
    product_id uuid not null references public.products,
    quantity integer not null,
    unit_price numeric(10, 2) not null,
    line_total numeric(12, 2) not null,
    created_at timestamptz not null default now(),
    check (quantity > 0)
);
comment on table public.order_items is 'A line of a purchase';
create index order_items_order_id_idx on public.order_items (order_id);

create table public.product_images (
    id uuid primary key default public.uuid_generate_v4(),
    product_id uuid not null references public.products on delete cascade,
    url varchar(300) not null,
    alt_text varchar(200),
    position integer not null default 0,
    created_at timestamptz not null default now()
);
comment on table public.product_images is 'Pictures of a product';

create table public.inventory (
    id uuid primary key default public.uuid_generate_v4(),
    store_id uuid not null references public.stores,
    product_id uuid not null references public.products,
    on_hand integer not null default 0,
    reserved integer not null default 0,
    reorder_point integer not null default 0,
    unit_cost numeric(10, 2),
    counted_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (store_id, product_id)
);
comment on table public.inventory is 'How much of a product a shop has';
create index inventory_store_id_idx on public.inventory (store_id) where on_hand <= reorder_point;

create table public.inventory_transactions (
    id bigserial primary key,
    inventory_id uuid not null references public.inventory,
    kind varchar(20) not null check (kind in ('receipt', 'sale', 'return', 'adjustment', 'transfer')),
    quantity integer not null,
    reference varchar(60),
    created_at timestamptz not null default now()
);
comment on table public.inventory_transactions is 'What came and went';
create index inventory_transactions_created_at_idx on public.inventory_transactions (created_at);

create table public.payments (
    id uuid primary key default public.uuid_generate_v4(),
    order_id uuid not null references public.orders,
    payment_method_id uuid,
    amount numeric(12, 2) not null,
    currency char(3) not null default 'CAD',
    status varchar(20) not null default 'pending' check (status in ('pending', 'captured', 'failed', 'refunded')),
    provider_reference varchar(80),
    paid_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table public.payments is 'Money for a purchase';
create index payments_status_idx on public.payments (status);

create table public.payment_methods (
    id uuid primary key default public.uuid_generate_v4(),
    customer_id uuid not null references public.customers,
    kind varchar(20) not null check (kind in ('card', 'interac', 'cash', 'gift_card')),
    label varchar(80),
    last_four char(4),
    expires_on date,
    is_default boolean not null default false,
    created_at timestamptz not null default now()
);
comment on table public.payment_methods is 'How a customer pays';

create table public.delivery_drivers (
    id uuid primary key default public.uuid_generate_v4(),
    user_id uuid,
    store_id uuid not null references public.stores,
    full_name varchar(160) not null,
    phone varchar(32),
    vehicle varchar(40) not null check (vehicle in ('car', 'bicycle', 'scooter', 'foot')),
    status varchar(20) not null default 'offline' check (status in ('offline', 'available', 'busy')),
    current_location public.geography(point, 4326),
    located_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table public.delivery_drivers is 'Who drives';
create index delivery_drivers_current_location_idx on public.delivery_drivers using gist (current_location);

create table public.deliveries (
    id uuid primary key default public.uuid_generate_v4(),
    order_id uuid not null unique references public.orders,
    driver_id uuid references public.delivery_drivers,
    status varchar(20) not null default 'assigned' check (status in ('assigned', 'picked_up', 'arrived', 'delivered', 'failed')),
    pickup_point public.geography(point, 4326) not null,
    dropoff_point public.geography(point, 4326) not null,
    distance_m numeric(10, 1),
    promised_at timestamptz,
    delivered_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table public.deliveries is 'An order on its way';
create index deliveries_status_idx on public.deliveries (status) where status not in ('delivered', 'failed');
create index deliveries_dropoff_point_idx on public.deliveries using gist (dropoff_point);

create table public.delivery_events (
    id bigserial primary key,
    delivery_id uuid not null references public.deliveries,
    status varchar(20) not null,
    position public.geography(point, 4326),
    note text,
    created_at timestamptz not null default now()
);
comment on table public.delivery_events is 'What happened on the way';

create table public.promotions (
    id uuid primary key default public.uuid_generate_v4(),
    store_id uuid references public.stores,
    code varchar(40) not null unique,
    name varchar(160) not null,
    kind varchar(20) not null check (kind in ('percent', 'amount', 'bogo')),
    value numeric(10, 2) not null,
    starts_at timestamptz not null,
    ends_at timestamptz,
    active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table public.promotions is 'A reduction for everybody';
create index promotions_starts_at_ends_at_idx on public.promotions (starts_at, ends_at);

create table public.ai_personalities (
    id uuid primary key default public.uuid_generate_v4(),
    tenant_id uuid,
    name varchar(80) not null,
    greeting text,
    tone varchar(40) not null default 'friendly',
    temperature numeric(3, 2) not null default 0.7,
    active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (tenant_id, name)
);
comment on table public.ai_personalities is 'A voice of the assistant';

create table public.notifications (
    id uuid primary key default public.uuid_generate_v4(),
    user_id uuid not null,
    channel varchar(20) not null check (channel in ('email', 'sms', 'push', 'in_app')),
    subject varchar(200),
    body text not null,
    read_at timestamptz,
    created_at timestamptz not null default now()
);
comment on table public.notifications is 'A message to a user';
create index notifications_user_id_created_at_idx on public.notifications (user_id, created_at);

create table public.supported_languages (
    code varchar(10) primary key,
    name varchar(80) not null,
    native_name varchar(80) not null,
    is_rtl boolean not null default false,
    active boolean not null default true
);
comment on table public.supported_languages is 'A language of the shop';

create table public.user_sessions (
    id uuid primary key default public.uuid_generate_v4(),
    user_id uuid not null,
    token_hash char(64) not null unique,
    ip_address inet,
    user_agent text,
    expires_at timestamptz not null,
    revoked_at timestamptz,
    created_at timestamptz not null default now()
);
comment on table public.user_sessions is 'Somebody who is signed in';
create index user_sessions_user_id_expires_at_idx on public.user_sessions (user_id, expires_at);

create table public.location_access_log (
    id uuid primary key default public.uuid_generate_v4(),
    user_id uuid,
    place public.geography(point, 4326) not null,
    accuracy_m numeric(8, 1),
    purpose varchar(60) not null,
    consent boolean not null,
    created_at timestamptz not null default now()
);
comment on table public.location_access_log is 'Who was located, and what for';
create index location_access_log_place_idx on public.location_access_log using gist (place);
create index location_access_log_created_at_idx on public.location_access_log (created_at);

-- A shop that names no area of its own serves the square around it.
create function public.default_service_area() returns trigger language plpgsql as $$
begin
    if new.service_area is null then
        new.service_area := public.st_setsrid(public.st_expand(new.location::public.geometry, 0.05), 4326);
    end if;
    return new;
end
$$;
create trigger stores_default_service_area before insert on public.stores
for each row execute function public.default_service_area();

create view public.store_order_totals as
select s.id, s.store_code, count(o.id) as orders, coalesce(sum(o.total), 0) as total
from public.stores as s
left join public.orders as o on o.store_id = s.id
group by s.id, s.store_code;

create view public.low_stock as
select i.id, s.store_code, p.sku, p.name, i.on_hand, i.reorder_point
from public.inventory as i
join public.stores as s on s.id = i.store_id
join public.products as p on p.id = i.product_id
where i.on_hand <= i.reorder_point;
