-- Communication and marketing: 10 tables; translation: 5; authentication and security: 9. Keys to other groups follow in step 012, when every group is there.

create table public.broadcast_segments (
    id uuid primary key default public.uuid_generate_v4(),
    tenant_id uuid not null,
    name varchar(120) not null,
    criteria jsonb not null,
    estimated_size integer,
    refreshed_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (tenant_id, name)
);
comment on table public.broadcast_segments is 'Whom it is for';
create index broadcast_segments_criteria_idx on public.broadcast_segments using gin (criteria);

create table public.message_templates (
    id uuid primary key default public.uuid_generate_v4(),
    tenant_id uuid,
    name varchar(120) not null,
    channel varchar(20) not null check (channel in ('email', 'sms', 'push', 'in_app')),
    language varchar(10) not null default 'en',
    subject varchar(200),
    body text not null,
    variables text[] not null default '{}',
    version integer not null default 1,
    active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (tenant_id, name, channel, language, version)
);
comment on table public.message_templates is 'A text with gaps';

create table public.broadcasts (
    id uuid primary key default public.uuid_generate_v4(),
    tenant_id uuid not null,
    store_id uuid,
    name varchar(160) not null,
    purpose varchar(30) not null check (purpose in ('promotion', 'announcement', 'recall', 'transactional')),
    channels text[] not null,
    status varchar(20) not null default 'draft' check (status in ('draft', 'scheduled', 'sending', 'sent', 'cancelled')),
    template_id uuid references public.message_templates,
    segment_id uuid references public.broadcast_segments,
    scheduled_for timestamptz,
    sent_at timestamptz,
    created_by uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table public.broadcasts is 'A campaign';
create index broadcasts_tenant_id_idx on public.broadcasts (tenant_id);
create index broadcasts_template_id_idx on public.broadcasts (template_id);
create index broadcasts_segment_id_idx on public.broadcasts (segment_id);
create index broadcasts_status_scheduled_for_idx on public.broadcasts (status, scheduled_for);

create table public.broadcast_messages (
    id uuid primary key default public.uuid_generate_v4(),
    broadcast_id uuid not null references public.broadcasts on delete cascade,
    channel varchar(20) not null check (channel in ('email', 'sms', 'push', 'in_app')),
    subject varchar(200),
    body text not null,
    language varchar(10) not null default 'en',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (broadcast_id, channel, language)
);
comment on table public.broadcast_messages is 'Its text in one channel';

create table public.broadcast_recipients (
    id bigserial primary key,
    broadcast_id uuid not null references public.broadcasts on delete cascade,
    customer_id uuid not null,
    channel varchar(20) not null,
    status varchar(20) not null default 'pending' check (status in ('pending', 'sent', 'delivered', 'opened', 'clicked', 'bounced', 'failed')),
    sent_at timestamptz,
    opened_at timestamptz,
    error text,
    unique (broadcast_id, customer_id, channel)
);
comment on table public.broadcast_recipients is 'Who got it';
create index broadcast_recipients_customer_id_idx on public.broadcast_recipients (customer_id);
create index broadcast_recipients_status_idx on public.broadcast_recipients (status) where status in ('pending', 'failed');

create table public.broadcast_audit_log (
    id uuid primary key default public.uuid_generate_v4(),
    broadcast_id uuid not null references public.broadcasts,
    actor_id uuid,
    action varchar(60) not null,
    details jsonb not null default '{}',
    created_at timestamptz not null default now()
);
comment on table public.broadcast_audit_log is 'Who changed a campaign';
create index broadcast_audit_log_broadcast_id_idx on public.broadcast_audit_log (broadcast_id);

create table public.communication_logs (
    id bigserial primary key,
    customer_id uuid,
    user_id uuid,
    channel varchar(20) not null,
    direction varchar(10) not null default 'outbound' check (direction in ('inbound', 'outbound')),
    template_id uuid references public.message_templates,
    recipient varchar(160) not null,
    status varchar(20) not null,
    provider_message_id varchar(120),
    cost numeric(8, 4),
    sent_at timestamptz not null default now()
);
comment on table public.communication_logs is 'Everything that was sent';
create index communication_logs_customer_id_idx on public.communication_logs (customer_id);
create index communication_logs_template_id_idx on public.communication_logs (template_id);
create index communication_logs_customer_id_sent_at_idx on public.communication_logs (customer_id, sent_at);
create index communication_logs_provider_message_id_idx on public.communication_logs (provider_message_id);

create table public.communication_preferences (
    id uuid primary key default public.uuid_generate_v4(),
    customer_id uuid not null unique,
    email_marketing boolean not null default false,
    sms_marketing boolean not null default false,
    push_marketing boolean not null default false,
    frequency varchar(20) not null default 'weekly' check (frequency in ('daily', 'weekly', 'monthly', 'never')),
    quiet_from time,
    quiet_until time,
    language varchar(10) not null default 'en',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table public.communication_preferences is 'What a customer wants to get';

create table public.unsubscribe_list (
    id uuid primary key default public.uuid_generate_v4(),
    tenant_id uuid not null,
    address varchar(160) not null,
    channel varchar(20) not null check (channel in ('email', 'sms', 'push')),
    reason text,
    source varchar(40),
    unsubscribed_at timestamptz not null default now(),
    unique (tenant_id, channel, address)
);
comment on table public.unsubscribe_list is 'Who wants nothing';

create table public.communication_analytics (
    id uuid primary key default public.uuid_generate_v4(),
    broadcast_id uuid references public.broadcasts,
    channel varchar(20) not null,
    measured_on date not null,
    sent integer not null default 0,
    delivered integer not null default 0,
    opened integer not null default 0,
    clicked integer not null default 0,
    bounced integer not null default 0,
    unsubscribed integer not null default 0,
    created_at timestamptz not null default now(),
    unique (broadcast_id, channel, measured_on)
);
comment on table public.communication_analytics is 'A day of messages in figures';
create index communication_analytics_broadcast_id_idx on public.communication_analytics (broadcast_id);
create index communication_analytics_measured_on_idx on public.communication_analytics (measured_on);

create table public.translation_batches (
    id uuid primary key default public.uuid_generate_v4(),
    name varchar(120) not null,
    source_language varchar(10) not null default 'en',
    target_language varchar(10) not null,
    status varchar(20) not null default 'open' check (status in ('open', 'translating', 'review', 'done', 'failed')),
    total integer not null default 0,
    done integer not null default 0,
    engine varchar(40),
    finished_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table public.translation_batches is 'Texts that are translated together';
create index translation_batches_source_language_idx on public.translation_batches (source_language);
create index translation_batches_target_language_idx on public.translation_batches (target_language);
create index translation_batches_status_idx on public.translation_batches (status);

create table public.translations (
    id uuid primary key default public.uuid_generate_v4(),
    namespace varchar(60) not null,
    key varchar(160) not null,
    language varchar(10) not null,
    text text not null,
    context text,
    is_reviewed boolean not null default false,
    batch_id uuid references public.translation_batches on delete set null,
    translated_by uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (namespace, key, language)
);
comment on table public.translations is 'A text in another language';
create index translations_language_idx on public.translations (language);
create index translations_batch_id_idx on public.translations (batch_id);
create index translations_text_idx on public.translations using gin (text public.gin_trgm_ops);

create table public.translation_batch_items (
    id uuid primary key default public.uuid_generate_v4(),
    batch_id uuid not null references public.translation_batches on delete cascade,
    translation_id uuid references public.translations,
    source_text text not null,
    status varchar(20) not null default 'pending' check (status in ('pending', 'done', 'failed')),
    error text,
    created_at timestamptz not null default now()
);
comment on table public.translation_batch_items is 'One of them';
create index translation_batch_items_translation_id_idx on public.translation_batch_items (translation_id);
create index translation_batch_items_batch_id_status_idx on public.translation_batch_items (batch_id, status);

create table public.translation_overrides (
    id uuid primary key default public.uuid_generate_v4(),
    translation_id uuid not null references public.translations on delete cascade,
    store_id uuid not null,
    text text not null,
    updated_by uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (translation_id, store_id)
);
comment on table public.translation_overrides is 'A shop says it otherwise';
create index translation_overrides_store_id_idx on public.translation_overrides (store_id);

create table public.translation_requests (
    id uuid primary key default public.uuid_generate_v4(),
    namespace varchar(60) not null,
    key varchar(160) not null,
    language varchar(10) not null,
    requested_by uuid,
    hits integer not null default 1,
    resolved_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (namespace, key, language)
);
comment on table public.translation_requests is 'A text that is missing';
create index translation_requests_language_idx on public.translation_requests (language);
create index translation_requests_hits_idx on public.translation_requests (hits) where resolved_at is null;

create table public.auth_tokens (
    id uuid primary key default public.uuid_generate_v4(),
    user_id uuid not null,
    token_hash char(64) not null unique,
    scopes text[] not null default '{}',
    issued_at timestamptz not null default now(),
    expires_at timestamptz not null,
    last_used_at timestamptz,
    ip_address inet
);
comment on table public.auth_tokens is 'An access token';
create index auth_tokens_user_id_expires_at_idx on public.auth_tokens (user_id, expires_at);

create table public.refresh_tokens (
    id uuid primary key default public.uuid_generate_v4(),
    user_id uuid not null,
    token_hash char(64) not null unique,
    family_id uuid not null,
    replaced_by uuid references public.refresh_tokens on delete set null,
    issued_at timestamptz not null default now(),
    expires_at timestamptz not null,
    revoked_at timestamptz
);
comment on table public.refresh_tokens is 'What renews it';
create index refresh_tokens_user_id_idx on public.refresh_tokens (user_id);
create index refresh_tokens_replaced_by_idx on public.refresh_tokens (replaced_by);
create index refresh_tokens_family_id_idx on public.refresh_tokens (family_id);
create index refresh_tokens_expires_at_idx on public.refresh_tokens (expires_at) where revoked_at is null;

create table public.token_blacklist (
    id bigserial primary key,
    token_hash char(64) not null unique,
    user_id uuid,
    reason varchar(60) not null,
    expires_at timestamptz not null,
    created_at timestamptz not null default now()
);
comment on table public.token_blacklist is 'Tokens that are void';
create index token_blacklist_expires_at_idx on public.token_blacklist (expires_at);

create table public.api_keys (
    id uuid primary key default public.uuid_generate_v4(),
    tenant_id uuid not null,
    name varchar(120) not null,
    key_prefix varchar(12) not null,
    key_hash char(64) not null unique,
    scopes text[] not null default '{}',
    rate_limit integer not null default 1000,
    expires_at timestamptz,
    last_used_at timestamptz,
    created_by uuid,
    revoked_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table public.api_keys is 'A key for a program';
create index api_keys_tenant_id_idx on public.api_keys (tenant_id);
create index api_keys_key_prefix_idx on public.api_keys (key_prefix);

create table public.otp_codes (
    id uuid primary key default public.uuid_generate_v4(),
    user_id uuid,
    identifier varchar(160) not null,
    code_hash char(64) not null,
    purpose varchar(30) not null check (purpose in ('login', 'verify_email', 'verify_phone', 'reset')),
    attempts smallint not null default 0,
    expires_at timestamptz not null,
    used_at timestamptz,
    created_at timestamptz not null default now()
);
comment on table public.otp_codes is 'A code for a second factor';
create index otp_codes_identifier_purpose_idx on public.otp_codes (identifier, purpose);
create index otp_codes_expires_at_idx on public.otp_codes (expires_at);

create table public.otp_rate_limits (
    id uuid primary key default public.uuid_generate_v4(),
    identifier varchar(160) not null,
    window_start timestamptz not null,
    requests integer not null default 1,
    blocked_until timestamptz,
    unique (identifier, window_start)
);
comment on table public.otp_rate_limits is 'How often one may ask for it';

create table public.voice_profiles (
    id uuid primary key default public.uuid_generate_v4(),
    user_id uuid not null unique,
    embedding double precision[] not null,
    sample_count integer not null default 0,
    threshold numeric(4, 3) not null default 0.85,
    enrolled_at timestamptz not null default now(),
    active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table public.voice_profiles is 'A voice that is known';

create table public.voice_auth_logs (
    id bigserial primary key,
    voice_profile_id uuid references public.voice_profiles,
    user_id uuid,
    similarity numeric(5, 4),
    accepted boolean not null,
    audio_ms integer,
    ip_address inet,
    created_at timestamptz not null default now()
);
comment on table public.voice_auth_logs is 'Who tried to sign in by voice';
create index voice_auth_logs_voice_profile_id_idx on public.voice_auth_logs (voice_profile_id);
create index voice_auth_logs_created_at_idx on public.voice_auth_logs (created_at);

create table public.age_verification_logs (
    id uuid primary key default public.uuid_generate_v4(),
    customer_id uuid,
    user_id uuid,
    store_id uuid,
    method varchar(30) not null check (method in ('id_scan', 'manual', 'voice', 'third_party')),
    date_of_birth date,
    is_of_age boolean not null,
    document_type varchar(30),
    verified_by uuid,
    created_at timestamptz not null default now()
);
comment on table public.age_verification_logs is 'Who was old enough';
create index age_verification_logs_customer_id_idx on public.age_verification_logs (customer_id);
create index age_verification_logs_store_id_created_at_idx on public.age_verification_logs (store_id, created_at);
