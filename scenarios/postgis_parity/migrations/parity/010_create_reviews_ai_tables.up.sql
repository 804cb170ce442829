-- Reviews and ratings: 5 tables; the wishlist; AI and machine learning: 14. Keys to other groups follow in step 012, when every group is there.

create table public.customer_reviews (
    id uuid primary key default public.uuid_generate_v4(),
    customer_id uuid not null,
    catalog_id uuid not null,
    order_id uuid,
    rating smallint not null,
    title varchar(160),
    body text,
    is_verified boolean not null default false,
    status varchar(20) not null default 'pending' check (status in ('pending', 'approved', 'rejected')),
    helpful_count integer not null default 0,
    moderated_by uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (customer_id, catalog_id),
    check (rating between 1 and 5)
);
comment on table public.customer_reviews is 'What a customer says of a product';
create index customer_reviews_order_id_idx on public.customer_reviews (order_id);
create index customer_reviews_catalog_id_rating_idx on public.customer_reviews (catalog_id, rating);
create index customer_reviews_status_idx on public.customer_reviews (status) where status = 'pending';
create index customer_reviews_body_idx on public.customer_reviews using gin (body public.gin_trgm_ops);

create table public.product_ratings (
    id uuid primary key default public.uuid_generate_v4(),
    catalog_id uuid not null unique,
    review_count integer not null default 0,
    average numeric(3, 2) not null default 0,
    stars_1 integer not null default 0,
    stars_2 integer not null default 0,
    stars_3 integer not null default 0,
    stars_4 integer not null default 0,
    stars_5 integer not null default 0,
    last_review_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table public.product_ratings is 'What all customers say, in figures';
create index product_ratings_average_idx on public.product_ratings (average);

create table public.review_media (
    id uuid primary key default public.uuid_generate_v4(),
    review_id uuid not null references public.customer_reviews on delete cascade,
    media_type varchar(10) not null check (media_type in ('photo', 'video')),
    url varchar(300) not null,
    thumbnail_url varchar(300),
    position integer not null default 0,
    approved boolean not null default false,
    created_at timestamptz not null default now()
);
comment on table public.review_media is 'Photos and videos';
create index review_media_review_id_idx on public.review_media (review_id);

create table public.review_votes (
    id uuid primary key default public.uuid_generate_v4(),
    review_id uuid not null references public.customer_reviews on delete cascade,
    user_id uuid not null,
    is_helpful boolean not null,
    created_at timestamptz not null default now(),
    unique (review_id, user_id)
);
comment on table public.review_votes is 'Was it helpful';
create index review_votes_user_id_idx on public.review_votes (user_id);

create table public.review_attributes (
    id uuid primary key default public.uuid_generate_v4(),
    review_id uuid not null references public.customer_reviews on delete cascade,
    attribute varchar(40) not null,
    score smallint not null,
    created_at timestamptz not null default now(),
    unique (review_id, attribute),
    check (score between 1 and 5)
);
comment on table public.review_attributes is 'Taste, effect, freshness';

create table public.wishlist (
    id uuid primary key default public.uuid_generate_v4(),
    customer_id uuid not null,
    catalog_id uuid not null,
    store_id uuid,
    priority smallint not null default 0,
    notes text,
    notify_on_sale boolean not null default false,
    notify_on_stock boolean not null default false,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (customer_id, catalog_id)
);
comment on table public.wishlist is 'What a customer wants some day';
create index wishlist_catalog_id_idx on public.wishlist (catalog_id);
create index wishlist_store_id_idx on public.wishlist (store_id);
create index wishlist_notify_on_stock_idx on public.wishlist (notify_on_stock) where notify_on_stock;

create table public.ai_conversations (
    id uuid primary key default public.uuid_generate_v4(),
    session_id varchar(80) not null unique,
    user_id uuid,
    store_id uuid,
    personality_id uuid,
    model_version_id uuid,
    channel varchar(20) not null default 'web' check (channel in ('web', 'kiosk', 'voice', 'whatsapp')),
    language varchar(10) not null default 'en',
    context jsonb not null default '{}',
    started_at timestamptz not null default now(),
    ended_at timestamptz,
    satisfaction smallint,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table public.ai_conversations is 'A talk with the assistant';
create index ai_conversations_user_id_idx on public.ai_conversations (user_id);
create index ai_conversations_store_id_idx on public.ai_conversations (store_id);
create index ai_conversations_personality_id_idx on public.ai_conversations (personality_id);
create index ai_conversations_started_at_idx on public.ai_conversations (started_at);
create index ai_conversations_channel_idx on public.ai_conversations (channel);

create table public.ai_messages (
    id bigserial primary key,
    conversation_id uuid not null references public.ai_conversations on delete cascade,
    position integer not null,
    role varchar(20) not null check (role in ('user', 'assistant', 'system', 'tool')),
    content text not null,
    tokens integer,
    latency_ms integer,
    intent varchar(60),
    confidence numeric(5, 4),
    created_at timestamptz not null default now(),
    unique (conversation_id, position)
);
comment on table public.ai_messages is 'A turn of it';
create index ai_messages_intent_idx on public.ai_messages (intent);

create table public.chat_interactions (
    id bigserial primary key,
    conversation_id uuid references public.ai_conversations,
    user_message text not null,
    ai_response text not null,
    intent varchar(60),
    products_shown uuid[] not null default '{}',
    response_ms integer,
    was_helpful boolean,
    created_at timestamptz not null default now()
);
comment on table public.chat_interactions is 'Question, answer, and whether it helped';
create index chat_interactions_conversation_id_idx on public.chat_interactions (conversation_id);
create index chat_interactions_created_at_idx on public.chat_interactions (created_at);
create index chat_interactions_intent_idx on public.chat_interactions (intent);
create index chat_interactions_products_shown_idx on public.chat_interactions using gin (products_shown);

create table public.intent_patterns (
    id uuid primary key default public.uuid_generate_v4(),
    intent varchar(60) not null,
    pattern text not null,
    language varchar(10) not null default 'en',
    entities jsonb not null default '{}',
    priority integer not null default 0,
    active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (intent, pattern, language)
);
comment on table public.intent_patterns is 'How an intent is said';
create index intent_patterns_language_idx on public.intent_patterns (language);

create table public.knowledge_articles (
    id uuid primary key default public.uuid_generate_v4(),
    slug varchar(160) not null unique,
    title varchar(200) not null,
    body text not null,
    category varchar(60),
    tags text[] not null default '{}',
    published_at timestamptz,
    author_id uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table public.knowledge_articles is 'What the assistant may cite';
create index knowledge_articles_category_idx on public.knowledge_articles (category);
create index knowledge_articles_tags_idx on public.knowledge_articles using gin (tags);
create index knowledge_articles_title_idx on public.knowledge_articles using gin (title public.gin_trgm_ops);

create table public.training_data (
    id uuid primary key default public.uuid_generate_v4(),
    dataset varchar(80) not null,
    input text not null,
    expected_output text,
    labels jsonb not null default '{}',
    source varchar(40),
    is_validated boolean not null default false,
    validated_by uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table public.training_data is 'What a model learns from';
create index training_data_dataset_idx on public.training_data (dataset);
create index training_data_is_validated_idx on public.training_data (is_validated);

create table public.model_versions (
    id uuid primary key default public.uuid_generate_v4(),
    model_name varchar(80) not null,
    version varchar(40) not null,
    base_model varchar(80),
    artifact_uri varchar(300),
    checksum char(64),
    parameters jsonb not null default '{}',
    status varchar(20) not null default 'draft' check (status in ('draft', 'validated', 'released', 'retired')),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (model_name, version)
);
comment on table public.model_versions is 'A model and its number';
create index model_versions_status_idx on public.model_versions (status);

create table public.training_runs (
    id uuid primary key default public.uuid_generate_v4(),
    model_version_id uuid not null references public.model_versions,
    dataset varchar(80) not null,
    status varchar(20) not null default 'queued' check (status in ('queued', 'running', 'finished', 'failed')),
    parameters jsonb not null default '{}',
    examples integer,
    loss numeric(12, 6),
    started_at timestamptz,
    finished_at timestamptz,
    started_by uuid,
    created_at timestamptz not null default now()
);
comment on table public.training_runs is 'A model learns';
create index training_runs_model_version_id_idx on public.training_runs (model_version_id);
create index training_runs_status_idx on public.training_runs (status);

create table public.training_examples (
    id uuid primary key default public.uuid_generate_v4(),
    training_run_id uuid not null references public.training_runs on delete cascade,
    training_data_id uuid not null references public.training_data,
    split varchar(10) not null default 'train' check (split in ('train', 'validation', 'test')),
    loss numeric(12, 6),
    unique (training_run_id, training_data_id)
);
comment on table public.training_examples is 'What it learned from in that run';
create index training_examples_training_data_id_idx on public.training_examples (training_data_id);

create table public.model_deployments (
    id uuid primary key default public.uuid_generate_v4(),
    model_version_id uuid not null references public.model_versions,
    environment varchar(20) not null check (environment in ('staging', 'production')),
    traffic_percent smallint not null default 0,
    endpoint varchar(300),
    deployed_by uuid,
    deployed_at timestamptz not null default now(),
    retired_at timestamptz,
    check (traffic_percent between 0 and 100)
);
comment on table public.model_deployments is 'Where it runs';
create index model_deployments_model_version_id_idx on public.model_deployments (model_version_id);
create index model_deployments_environment_idx on public.model_deployments (environment) where retired_at is null;

create table public.model_metrics (
    id uuid primary key default public.uuid_generate_v4(),
    deployment_id uuid not null references public.model_deployments on delete cascade,
    metric varchar(60) not null,
    value double precision not null,
    measured_at timestamptz not null
);
comment on table public.model_metrics is 'How well it runs';
create index model_metrics_deployment_id_metric_measured_at_idx on public.model_metrics (deployment_id, metric, measured_at);

create table public.product_recommendations (
    id uuid primary key default public.uuid_generate_v4(),
    source_catalog_id uuid not null,
    recommended_catalog_id uuid not null,
    kind varchar(30) not null check (kind in ('similar', 'bought_together', 'upsell', 'trending')),
    score numeric(7, 4) not null,
    reason text,
    expires_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (source_catalog_id, recommended_catalog_id, kind)
);
comment on table public.product_recommendations is 'What goes with what';
create index product_recommendations_recommended_catalog_id_idx on public.product_recommendations (recommended_catalog_id);
create index product_recommendations_kind_score_idx on public.product_recommendations (kind, score);

create table public.conversion_metrics (
    id uuid primary key default public.uuid_generate_v4(),
    recommendation_id uuid references public.product_recommendations,
    conversation_id uuid references public.ai_conversations,
    measured_on date not null,
    impressions integer not null default 0,
    clicks integer not null default 0,
    carts integer not null default 0,
    orders integer not null default 0,
    revenue numeric(12, 2) not null default 0,
    created_at timestamptz not null default now()
);
comment on table public.conversion_metrics is 'What a recommendation sold';
create index conversion_metrics_recommendation_id_idx on public.conversion_metrics (recommendation_id);
create index conversion_metrics_conversation_id_idx on public.conversion_metrics (conversation_id);
create index conversion_metrics_measured_on_idx on public.conversion_metrics (measured_on);

create table public.ai_feedback (
    id uuid primary key default public.uuid_generate_v4(),
    message_id bigint not null references public.ai_messages,
    user_id uuid,
    rating smallint not null,
    comment text,
    categories text[] not null default '{}',
    created_at timestamptz not null default now()
);
comment on table public.ai_feedback is 'What people think of an answer';
create index ai_feedback_message_id_idx on public.ai_feedback (message_id);
create index ai_feedback_rating_idx on public.ai_feedback (rating);
