-- Foundation and configuration: 8 tables. Keys to other groups follow in step 012, when every group is there.

create table public.provinces_territories (
    id uuid primary key default public.uuid_generate_v4(),
    code char(2) not null unique,
    name varchar(80) not null unique,
    name_fr varchar(80) not null,
    kind varchar(10) not null check (kind in ('province', 'territory')),
    legal_age smallint not null,
    gst_rate numeric(6, 4) not null,
    pst_rate numeric(6, 4) not null default 0,
    hst_rate numeric(6, 4) not null default 0,
    retail_model varchar(20) not null check (retail_model in ('public', 'private', 'mixed')),
    delivery_allowed boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table public.provinces_territories is 'Canadian provinces and territories';

create table public.provincial_suppliers (
    id uuid primary key default public.uuid_generate_v4(),
    province_id uuid not null references public.provinces_territories,
    name varchar(160) not null,
    short_name varchar(20) not null unique,
    website varchar(200),
    contact_email varchar(160),
    contact_phone varchar(32),
    payment_terms_days integer not null default 30,
    min_order_amount numeric(12, 2) not null default 0,
    order_days smallint[] not null default '{}',
    active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table public.provincial_suppliers is 'The wholesaler of a province: OCS, SQDC and the others';
create index provincial_suppliers_province_id_idx on public.provincial_suppliers (province_id);
create index provincial_suppliers_active_idx on public.provincial_suppliers (active);

create table public.profiles (
    id uuid primary key default public.uuid_generate_v4(),
    user_id uuid not null unique,
    display_name varchar(120),
    bio text,
    avatar_url varchar(300),
    preferred_language varchar(10),
    preferred_store_id uuid,
    preferences jsonb not null default '{}',
    medical_card varchar(60),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table public.profiles is 'What a user tells of themselves';
create index profiles_preferred_language_idx on public.profiles (preferred_language);
create index profiles_preferred_store_id_idx on public.profiles (preferred_store_id);
create index profiles_display_name_idx on public.profiles (display_name);

create table public.user_addresses (
    id uuid primary key default public.uuid_generate_v4(),
    user_id uuid not null,
    label varchar(40) not null default 'home',
    line_1 varchar(200) not null,
    line_2 varchar(200),
    city varchar(80) not null,
    province_id uuid not null references public.provinces_territories,
    postal_code varchar(10) not null,
    location public.geography(point, 4326),
    is_default boolean not null default false,
    instructions text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table public.user_addresses is 'Where a user receives';
create index user_addresses_user_id_idx on public.user_addresses (user_id);
create index user_addresses_province_id_idx on public.user_addresses (province_id);
create index user_addresses_location_idx on public.user_addresses using gist (location);
create unique index user_addresses_user_id_open_idx on public.user_addresses (user_id) where is_default;
create index user_addresses_postal_code_idx on public.user_addresses (postal_code);

create table public.system_settings (
    id serial primary key,
    category varchar(60) not null,
    key varchar(80) not null,
    value jsonb not null,
    description text,
    is_secret boolean not null default false,
    updated_by uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (category, key)
);
comment on table public.system_settings is 'Switches of the whole system';
create index system_settings_updated_by_idx on public.system_settings (updated_by);

create table public.store_settings (
    id uuid primary key default public.uuid_generate_v4(),
    store_id uuid not null,
    category varchar(60) not null,
    key varchar(80) not null,
    value jsonb not null,
    updated_by uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (store_id, category, key)
);
comment on table public.store_settings is 'Switches of a shop';
create index store_settings_value_idx on public.store_settings using gin (value);

create table public.holidays (
    id serial primary key,
    province_id uuid references public.provinces_territories,
    name varchar(120) not null,
    name_fr varchar(120),
    falls_on date not null,
    is_statutory boolean not null default true,
    closes_early_at time,
    created_at timestamptz not null default now(),
    unique (province_id, falls_on, name)
);
comment on table public.holidays is 'Days on which shops are closed or close early';
create index holidays_province_id_idx on public.holidays (province_id);
create index holidays_falls_on_idx on public.holidays (falls_on);

create table public.role_permissions (
    id serial primary key,
    role public.user_role_simple not null,
    resource varchar(80) not null,
    action varchar(40) not null,
    conditions jsonb,
    granted boolean not null default true,
    created_at timestamptz not null default now(),
    unique (role, resource, action)
);
comment on table public.role_permissions is 'What a role may do';
create index role_permissions_resource_idx on public.role_permissions (resource);
