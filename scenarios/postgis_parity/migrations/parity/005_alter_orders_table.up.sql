alter table public.orders
    add column pos_transaction_id varchar(80),
    add column pos_terminal_id varchar(60),
    add column pos_synced_at timestamptz,
    add column delivery_type varchar(20) not null default 'pickup',
    add column promo_code varchar(40),
    add column discount_amount numeric(12, 2) not null default 0,
    add column tip_amount numeric(12, 2) not null default 0,
    add column service_fee numeric(12, 2) not null default 0,
    add column scheduled_for timestamptz,
    add column confirmed_at timestamptz,
    add column ready_at timestamptz,
    add column completed_at timestamptz,
    add column cancelled_at timestamptz,
    add column cancellation_reason text,
    add column special_instructions text,
    add column source_channel varchar(20) not null default 'web',
    add column cart_session_id uuid,
    add column metadata jsonb not null default '{}',
    add constraint orders_delivery_type_check check (delivery_type in ('pickup', 'delivery', 'curbside', 'in_store')),
    add constraint orders_discount_amount_check check (discount_amount >= 0);

-- What was brought somewhere was a delivery.
update public.orders set delivery_type = 'delivery' where delivery_point is not null;

create index orders_pos_transaction_id_idx on public.orders (pos_transaction_id) where pos_transaction_id is not null;
create index orders_delivery_type_status_idx on public.orders (delivery_type, status);
create index orders_scheduled_for_idx on public.orders (scheduled_for) where scheduled_for is not null;
create index orders_cart_session_id_idx on public.orders (cart_session_id);
create index orders_source_channel_idx on public.orders (source_channel);
