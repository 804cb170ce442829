-- The legacy server's side of the move: no PostGIS, positions as two numbers, areas as text, times without a zone (they
-- are Toronto's), roles and prices as the old application kept them. 5,388 catalogue products, and what hangs on them.
create table provinces (
    code char(2) primary key, name text not null, name_fr text not null, is_territory boolean not null,
    legal_age integer not null, gst numeric not null, pst numeric not null, hst numeric not null, retail text not null
);
insert into provinces values
    ('ON', 'Ontario', 'Ontario', false, 19, 0, 0, 0.13, 'mixed'),
    ('QC', 'Quebec', 'Québec', false, 21, 0.05, 0.09975, 0, 'public'),
    ('BC', 'British Columbia', 'Colombie-Britannique', false, 19, 0.05, 0.07, 0, 'mixed'),
    ('AB', 'Alberta', 'Alberta', false, 18, 0.05, 0, 0, 'private'),
    ('MB', 'Manitoba', 'Manitoba', false, 19, 0.05, 0.07, 0, 'private'),
    ('SK', 'Saskatchewan', 'Saskatchewan', false, 19, 0.05, 0.06, 0, 'private'),
    ('NS', 'Nova Scotia', 'Nouvelle-Écosse', false, 19, 0, 0, 0.15, 'public'),
    ('NB', 'New Brunswick', 'Nouveau-Brunswick', false, 19, 0, 0, 0.15, 'public'),
    ('NL', 'Newfoundland and Labrador', 'Terre-Neuve-et-Labrador', false, 19, 0, 0, 0.15, 'private'),
    ('PE', 'Prince Edward Island', 'Île-du-Prince-Édouard', false, 19, 0, 0, 0.15, 'public'),
    ('YT', 'Yukon', 'Yukon', true, 19, 0.05, 0, 0, 'mixed'),
    ('NT', 'Northwest Territories', 'Territoires du Nord-Ouest', true, 19, 0.05, 0, 0, 'public'),
    ('NU', 'Nunavut', 'Nunavut', true, 19, 0.05, 0, 0, 'public');

create table suppliers (
    id uuid primary key, province_code char(2) not null references provinces, name text not null, short_name text not null
);
insert into suppliers
select md5('supplier ' || short_name)::uuid, province, name, short_name
from (values
    ('ON', 'Ontario Cannabis Store', 'OCS'), ('QC', 'Société québécoise du cannabis', 'SQDC'),
    ('BC', 'BC Liquor Distribution Branch', 'BCLDB'), ('AB', 'Alberta Gaming, Liquor and Cannabis', 'AGLC'),
    ('NS', 'Nova Scotia Liquor Corporation', 'NSLC')
) as named(province, name, short_name);

create table tenants (id uuid primary key, name text not null, code text not null);
insert into tenants values (md5('tenant')::uuid, 'WeedGo Legacy', 'weedgo-legacy');

create table stores (
    id uuid primary key, tenant_id uuid not null references tenants, code text not null unique, name text not null,
    address text not null, city text not null, province_code char(2) not null, postal_code text not null,
    lat double precision not null, lng double precision not null, opened timestamp not null
);
insert into stores
select
    md5('store ' || i)::uuid, md5('tenant')::uuid, 'LG-' || lpad(i::text, 3, '0'), 'Legacy ' || i, i || ' Main St', 'Toronto',
    'ON', 'M5V 2T6', round((43.58 + (i * 7919 % 2700) / 10000.0)::numeric, 6), round((-79.60 + (i * 104729 % 4500) / 10000.0)::numeric, 6),
    timestamp '2020-04-01 09:00' + i * interval '1 day'
from generate_series(1, 40) as i;

create table ocs_catalog (
    variant text primary key, item text not null, supplier_id uuid not null references suppliers, title text not null,
    brand text not null, category text not null, sub_category text, plant text, gtin text, pack integer not null,
    price numeric(10, 2) not null, thc_min numeric(6, 2), thc_max numeric(6, 2), terpenes text, description text,
    stock_status text not null, created timestamp not null, updated timestamp not null
);
insert into ocs_catalog
select
    lpad(i::text, 6, '0') || '_' || (array['1g', '3.5g', '7g', '28g'])[1 + i % 4], 'ITEM' || i / 4,
    md5('supplier ' || (array['OCS', 'OCS', 'OCS', 'SQDC', 'BCLDB', 'AGLC', 'NSLC'])[1 + i % 7])::uuid,
    (array['Pink Kush', 'Blue Dream', 'Été Doré', 'Ghost Train', 'Île Verte', 'Wappa', '"No. 1"'])[1 + i % 7] || ' ' || i,
    (array['Pure Sunfarms', 'Redecan', 'Good Supply', 'Spinach', 'Tweed', 'Back Forty'])[1 + i % 6],
    (array['Flower', 'Pre-Rolls', 'Vapes', 'Edibles', 'Extracts'])[1 + i % 5], nullif((array['Indica', 'Sativa', ''])[1 + i % 3], ''),
    (array['indica', 'sativa', 'hybrid', 'blend', null])[1 + i % 5], case when i % 9 > 0 then lpad((628000000000 + i)::text, 14, '0') end,
    1 + i % 3, round((4.95 + (i * 37 % 18500) / 100.0)::numeric, 2), (i % 20)::numeric, (i % 20 + 0.5 + i % 7)::numeric,
    (array['myrcene;limonene', 'pinene', '', 'caryophyllene;linalool;humulene'])[1 + i % 4],
    case when i % 6 > 0 then 'Grown in ' || (array['Ontario', 'Québec', 'BC'])[1 + i % 3] || E', cured 14 days.\n"Bold" | smooth' end,
    (array['in_stock', 'in_stock', 'in_stock', 'low_stock', 'out_of_stock'])[1 + i % 5],
    timestamp '2024-03-10 01:30' + i * interval '37 minutes', timestamp '2024-11-03 00:30' + i * interval '11 minutes'
from generate_series(1, 5388) as i;

create table stock (
    store_code text not null references stores (code), variant text not null references ocs_catalog, on_hand integer not null,
    reserved integer not null, cost numeric(10, 2), shelf_price numeric(10, 2), primary key (store_code, variant)
);
insert into stock
select s.code, c.variant, (ascii(c.item) + s.n * 13 + length(c.title)) % 90, (s.n + c.n) % 4, round(c.price * 0.7, 2), c.price
from (select *, row_number() over (order by code) as n from stores) as s
join (select *, row_number() over (order by variant) as n from ocs_catalog) as c on c.n % 20 = s.n % 20;

create table tiers (variant text not null references ocs_catalog, from_quantity integer not null, price numeric(10, 2) not null, primary key (variant, from_quantity));
insert into tiers
select variant, quantity, round(price * (1 - quantity / 100.0), 2)
from ocs_catalog
cross join (values (5), (10)) as steps(quantity)
where pack = 1;

create table zones (
    id integer primary key, store_code text not null references stores (code), name text not null, fee numeric(8, 2) not null,
    minutes integer not null, area text not null
);
insert into zones
select
    2 * n - side, code, case side when 0 then 'near' else 'far' end, 3 + side * 4, 30 + side * 30,
    format(
        'POLYGON((%1$s %2$s,%3$s %2$s,%3$s %4$s,%1$s %4$s,%1$s %2$s))', lng - width, lat - width, lng + width, lat + width
    )
from (select code, lat::numeric, lng::numeric, row_number() over (order by code) as n from stores) as s
cross join (values (0, 0.015), (1, 0.045)) as sides(side, width);

create table taxes (province_code char(2) not null references provinces, name text not null, percent numeric(7, 4) not null, since date not null, primary key (province_code, name));
insert into taxes
select code, kind, rate * 100, date '2018-10-17'
from provinces
cross join lateral (values ('GST', gst), ('PST', pst), ('HST', hst)) as kinds(kind, rate)
where rate > 0;
analyze;
