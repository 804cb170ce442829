-- Payment processing: 14 tables beside the two that are there. Keys to other groups follow in step 012, when every group is there.

create table public.payment_providers (
    id uuid primary key default public.uuid_generate_v4(),
    name varchar(80) not null unique,
    provider_type varchar(40) not null check (provider_type in ('card', 'interac', 'wallet', 'gift_card')),
    base_url varchar(200),
    api_version varchar(20),
    supports_refunds boolean not null default true,
    supports_webhooks boolean not null default true,
    settings jsonb not null default '{}',
    priority integer not null default 100,
    active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table public.payment_providers is 'Who moves money';
create index payment_providers_active_priority_idx on public.payment_providers (active, priority);

create table public.tenant_payment_configs (
    id uuid primary key default public.uuid_generate_v4(),
    tenant_id uuid not null,
    provider_id uuid not null references public.payment_providers,
    merchant_id varchar(80) not null,
    credentials_ref varchar(120) not null,
    environment varchar(20) not null default 'sandbox' check (environment in ('sandbox', 'production')),
    daily_limit numeric(14, 2),
    active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (tenant_id, provider_id, environment)
);
comment on table public.tenant_payment_configs is 'A retailer''s account with a provider';
create index tenant_payment_configs_provider_id_idx on public.tenant_payment_configs (provider_id);

create table public.store_payment_terminals (
    id uuid primary key default public.uuid_generate_v4(),
    store_id uuid not null,
    config_id uuid not null references public.tenant_payment_configs,
    terminal_number varchar(60) not null unique,
    model varchar(60),
    firmware varchar(40),
    last_seen_at timestamptz,
    active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table public.store_payment_terminals is 'A terminal on a counter';
create index store_payment_terminals_store_id_idx on public.store_payment_terminals (store_id);
create index store_payment_terminals_config_id_idx on public.store_payment_terminals (config_id);
create index store_payment_terminals_last_seen_at_idx on public.store_payment_terminals (last_seen_at);

create table public.payment_transactions (
    id uuid primary key default public.uuid_generate_v4(),
    transaction_number varchar(60) not null unique,
    order_id uuid,
    store_id uuid not null,
    provider_id uuid not null references public.payment_providers,
    payment_method_id uuid,
    terminal_id uuid references public.store_payment_terminals,
    kind varchar(20) not null check (kind in ('authorization', 'capture', 'sale', 'void')),
    status varchar(20) not null default 'pending' check (status in ('pending', 'approved', 'declined', 'failed', 'voided')),
    amount numeric(12, 2) not null,
    currency char(3) not null default 'CAD',
    provider_transaction_id varchar(120),
    auth_code varchar(20),
    decline_code varchar(40),
    idempotency_key varchar(80),
    metadata jsonb not null default '{}',
    processed_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    check (amount > 0)
);
comment on table public.payment_transactions is 'An attempt to move money';
create index payment_transactions_order_id_idx on public.payment_transactions (order_id);
create index payment_transactions_provider_id_idx on public.payment_transactions (provider_id);
create index payment_transactions_payment_method_id_idx on public.payment_transactions (payment_method_id);
create index payment_transactions_terminal_id_idx on public.payment_transactions (terminal_id);
create index payment_transactions_store_id_processed_at_idx on public.payment_transactions (store_id, processed_at);
create index payment_transactions_status_idx on public.payment_transactions (status);
create index payment_transactions_provider_transaction_id_idx on public.payment_transactions (provider_transaction_id);
create unique index payment_transactions_idempotency_key_idx on public.payment_transactions (idempotency_key) where idempotency_key is not null;

create table public.payment_refunds (
    id uuid primary key default public.uuid_generate_v4(),
    transaction_id uuid not null references public.payment_transactions,
    refund_number varchar(60) not null unique,
    amount numeric(12, 2) not null,
    reason text,
    status varchar(20) not null default 'pending' check (status in ('pending', 'completed', 'failed')),
    requested_by uuid,
    provider_refund_id varchar(120),
    completed_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    check (amount > 0)
);
comment on table public.payment_refunds is 'Money that goes back';
create index payment_refunds_transaction_id_idx on public.payment_refunds (transaction_id);
create index payment_refunds_requested_by_idx on public.payment_refunds (requested_by);
create index payment_refunds_status_idx on public.payment_refunds (status);

create table public.payment_disputes (
    id uuid primary key default public.uuid_generate_v4(),
    transaction_id uuid not null references public.payment_transactions,
    dispute_number varchar(60) not null unique,
    reason_code varchar(40) not null,
    amount numeric(12, 2) not null,
    status varchar(20) not null default 'open' check (status in ('open', 'under_review', 'won', 'lost')),
    opened_at timestamptz not null,
    respond_by timestamptz,
    resolved_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table public.payment_disputes is 'A chargeback';
create index payment_disputes_transaction_id_idx on public.payment_disputes (transaction_id);
create index payment_disputes_status_respond_by_idx on public.payment_disputes (status, respond_by);

create table public.payment_dispute_evidence (
    id uuid primary key default public.uuid_generate_v4(),
    dispute_id uuid not null references public.payment_disputes on delete cascade,
    kind varchar(40) not null,
    file_url varchar(300),
    description text,
    submitted_by uuid,
    created_at timestamptz not null default now()
);
comment on table public.payment_dispute_evidence is 'What is shown against it';
create index payment_dispute_evidence_dispute_id_idx on public.payment_dispute_evidence (dispute_id);

create table public.payment_idempotency_keys (
    id uuid primary key default public.uuid_generate_v4(),
    tenant_id uuid not null,
    idempotency_key varchar(80) not null,
    request_hash char(64) not null,
    response jsonb,
    status_code integer,
    locked_at timestamptz,
    expires_at timestamptz not null,
    created_at timestamptz not null default now(),
    unique (tenant_id, idempotency_key)
);
comment on table public.payment_idempotency_keys is 'No charge twice';
create index payment_idempotency_keys_expires_at_idx on public.payment_idempotency_keys (expires_at);

create table public.payment_webhooks (
    id bigserial primary key,
    provider_id uuid not null references public.payment_providers,
    event_id varchar(120) not null,
    event_type varchar(80) not null,
    payload jsonb not null,
    signature varchar(200),
    received_at timestamptz not null default now(),
    processed_at timestamptz,
    attempts integer not null default 0,
    last_error text,
    unique (provider_id, event_id)
);
comment on table public.payment_webhooks is 'What a provider tells';
create index payment_webhooks_event_type_idx on public.payment_webhooks (event_type);
create index payment_webhooks_received_at_idx on public.payment_webhooks (received_at) where processed_at is null;

create table public.payment_webhook_routes (
    id uuid primary key default public.uuid_generate_v4(),
    tenant_id uuid not null,
    provider_id uuid not null references public.payment_providers,
    event_pattern varchar(80) not null,
    target_url varchar(300) not null,
    secret_ref varchar(120),
    active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (tenant_id, provider_id, event_pattern)
);
comment on table public.payment_webhook_routes is 'Where it is sent on';
create index payment_webhook_routes_provider_id_idx on public.payment_webhook_routes (provider_id);

create table public.payment_audit_log (
    id bigserial primary key,
    transaction_id uuid references public.payment_transactions,
    actor_id uuid,
    action varchar(60) not null,
    old_values jsonb,
    new_values jsonb,
    ip_address inet,
    created_at timestamptz not null default now()
);
comment on table public.payment_audit_log is 'Who touched a payment';
create index payment_audit_log_transaction_id_idx on public.payment_audit_log (transaction_id);
create index payment_audit_log_actor_id_idx on public.payment_audit_log (actor_id);
create index payment_audit_log_created_at_idx on public.payment_audit_log (created_at);
create index payment_audit_log_action_idx on public.payment_audit_log (action);

create table public.payment_settlements (
    id uuid primary key default public.uuid_generate_v4(),
    provider_id uuid not null references public.payment_providers,
    tenant_id uuid not null,
    settled_on date not null,
    gross numeric(14, 2) not null,
    fees numeric(14, 2) not null default 0,
    net numeric(14, 2) generated always as (gross - fees) stored,
    transaction_count integer not null,
    reference varchar(80),
    reconciled_at timestamptz,
    created_at timestamptz not null default now(),
    unique (provider_id, tenant_id, settled_on)
);
comment on table public.payment_settlements is 'What a provider pays out';
create index payment_settlements_tenant_id_idx on public.payment_settlements (tenant_id);
create index payment_settlements_settled_on_idx on public.payment_settlements (settled_on);

create table public.payment_fee_splits (
    id uuid primary key default public.uuid_generate_v4(),
    transaction_id uuid not null references public.payment_transactions,
    settlement_id uuid references public.payment_settlements,
    payee varchar(60) not null,
    percentage numeric(6, 3),
    amount numeric(12, 4) not null,
    created_at timestamptz not null default now()
);
comment on table public.payment_fee_splits is 'Who bears a fee';
create index payment_fee_splits_transaction_id_idx on public.payment_fee_splits (transaction_id);
create index payment_fee_splits_settlement_id_idx on public.payment_fee_splits (settlement_id);

create table public.payment_metrics (
    id uuid primary key default public.uuid_generate_v4(),
    store_id uuid not null,
    provider_id uuid not null references public.payment_providers,
    measured_on date not null,
    transactions integer not null default 0,
    approved integer not null default 0,
    declined integer not null default 0,
    volume numeric(14, 2) not null default 0,
    average_ms numeric(10, 2),
    created_at timestamptz not null default now(),
    unique (store_id, provider_id, measured_on)
);
comment on table public.payment_metrics is 'A day of payments in figures';
create index payment_metrics_provider_id_idx on public.payment_metrics (provider_id);
