-- The normalisers as functions of the database. src/normalise holds the same in Rust; both agree on every row.
create schema canonical;
comment on schema canonical is 'From payloads to flat keys, and from a data source to data sources';
-- The server writes the canonical form of what comes in from now on.
grant usage on schema canonical to service_role;

-- A text with more than spaces, or a number as text.
create function canonical.text_of(value jsonb) returns text language sql immutable as $$
select case jsonb_typeof(value)
    when 'string' then case when btrim(value #>> '{}') <> '' then value #>> '{}' end
    when 'number' then value #>> '{}'
end
$$;

create function canonical.currency_of(value jsonb) returns text language sql immutable as $$
select case when jsonb_typeof(value) = 'string' and value #>> '{}' ~ '^[A-Za-z]{3}$' then upper(value #>> '{}' collate "C") end
$$;

-- A whole number of the currency's smallest unit, as an amount; the currencies are those that Stripe lists.
create function canonical.amount_of(value jsonb, currency text) returns text language sql immutable as $$
select case
    when jsonb_typeof(value) <> 'number' or value #>> '{}' !~ '^-?[0-9]+$' then null
    when currency in ('BIF', 'CLP', 'DJF', 'GNF', 'JPY', 'KMF', 'KRW', 'MGA', 'PYG', 'RWF', 'UGX', 'VND', 'VUV', 'XAF', 'XOF', 'XPF') then value #>> '{}'
    else ((value #>> '{}')::numeric * 0.01)::text
end
$$;

-- A time of RFC 3339 with its offset, or seconds or milliseconds since 1970; null for anything else.
create function canonical.moment_of(value jsonb) returns timestamptz language sql stable as $$
select case
    when jsonb_typeof(value) = 'string' then case
        when value #>> '{}' !~ '^[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,6})?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])$' then null
        when substr(value #>> '{}', 9, 2)::integer > extract(day from make_date(substr(value #>> '{}', 1, 4)::integer, substr(value #>> '{}', 6, 2)::integer, 1) + interval '1 month' - interval '1 day') then null
        else (value #>> '{}')::timestamptz
    end
    when jsonb_typeof(value) = 'number' and value #>> '{}' ~ '^([0-9]{1,10}|[0-9]{13})$' then
        timestamptz 'epoch' + case length(value #>> '{}')
            when 13 then ((value #>> '{}')::bigint / 1000) * interval '1 second' + ((value #>> '{}')::bigint % 1000) * interval '1 millisecond'
            else (value #>> '{}')::bigint * interval '1 second'
        end
end
$$;

create function canonical.written(moment timestamptz) returns text language sql stable as
$$ select to_char(moment at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') $$;

create function canonical.shopify(d jsonb) returns jsonb language sql immutable as $$
select jsonb_build_object(
    'template.product_name', coalesce(canonical.text_of(d #> '{line_items,0,title}'), canonical.text_of(d #> '{line_items,0,name}')),
    'template.quantity', canonical.text_of(d #> '{line_items,0,quantity}'),
    'template.customer_name', coalesce(canonical.text_of(d #> '{customer,first_name}'), canonical.text_of(d #> '{billing_address,first_name}'), canonical.text_of(d #> '{shipping_address,first_name}')),
    'template.customer_city', coalesce(canonical.text_of(d #> '{shipping_address,city}'), canonical.text_of(d #> '{billing_address,city}'), canonical.text_of(d #> '{customer,default_address,city}')),
    'template.customer_country', coalesce(canonical.text_of(d #> '{shipping_address,country_code}'), canonical.text_of(d #> '{billing_address,country_code}'), canonical.text_of(d #> '{customer,default_address,country_code}')),
    'template.order_number', coalesce(canonical.text_of(d #> '{order_number}'), canonical.text_of(d #> '{name}')),
    'template.amount', coalesce(canonical.text_of(d #> '{current_total_price}'), canonical.text_of(d #> '{total_price}')),
    'template.currency', canonical.currency_of(d #> '{currency}'))
$$;

create function canonical.stripe(d jsonb) returns jsonb language sql immutable as $$
select jsonb_build_object(
    'template.product_name', coalesce(canonical.text_of(d #> '{data,object,metadata,product_name}'), canonical.text_of(d #> '{data,object,description}'), canonical.text_of(d #> '{data,object,statement_descriptor}')),
    'template.customer_name', coalesce(canonical.text_of(d #> '{data,object,customer_details,name}'), canonical.text_of(d #> '{data,object,billing_details,name}'), canonical.text_of(d #> '{data,object,shipping,name}')),
    'template.customer_city', coalesce(canonical.text_of(d #> '{data,object,customer_details,address,city}'), canonical.text_of(d #> '{data,object,billing_details,address,city}'), canonical.text_of(d #> '{data,object,shipping,address,city}')),
    'template.customer_country', coalesce(canonical.text_of(d #> '{data,object,customer_details,address,country}'), canonical.text_of(d #> '{data,object,billing_details,address,country}'), canonical.text_of(d #> '{data,object,shipping,address,country}')),
    'template.amount', coalesce(
        canonical.amount_of(d #> '{data,object,amount_total}', canonical.currency_of(d #> '{data,object,currency}')),
        canonical.amount_of(d #> '{data,object,amount}', canonical.currency_of(d #> '{data,object,currency}'))),
    'template.currency', canonical.currency_of(d #> '{data,object,currency}'))
$$;

create function canonical.testimonials(d jsonb) returns jsonb language sql immutable as $$
select jsonb_build_object(
    'template.author_name', coalesce(canonical.text_of(d #> '{author_name}'), canonical.text_of(d #> '{name}'), canonical.text_of(d #> '{author,name}')),
    'template.author_company', coalesce(canonical.text_of(d #> '{company}'), canonical.text_of(d #> '{author,company}')),
    'template.author_position', coalesce(canonical.text_of(d #> '{position}'), canonical.text_of(d #> '{author,position}')),
    'template.rating', canonical.text_of(d #> '{rating}'),
    'template.message', coalesce(canonical.text_of(d #> '{message}'), canonical.text_of(d #> '{content}'), canonical.text_of(d #> '{testimonial_text}')),
    'template.product_name', coalesce(canonical.text_of(d #> '{product_name}'), canonical.text_of(d #> '{product,name}')))
$$;

create function canonical.announcements(d jsonb) returns jsonb language sql immutable as $$
select jsonb_build_object(
    'template.title', coalesce(canonical.text_of(d #> '{title}'), canonical.text_of(d #> '{headline}')),
    'template.message', coalesce(canonical.text_of(d #> '{message}'), canonical.text_of(d #> '{body}')),
    'template.cta_text', coalesce(canonical.text_of(d #> '{cta_text}'), canonical.text_of(d #> '{cta,text}')),
    'template.cta_url', coalesce(canonical.text_of(d #> '{cta_url}'), canonical.text_of(d #> '{cta,url}')))
$$;

create function canonical.instant_capture(d jsonb) returns jsonb language sql immutable as $$
select jsonb_build_object(
    'template.form_name', coalesce(canonical.text_of(d #> '{form_name}'), canonical.text_of(d #> '{form_id}')),
    'template.customer_name', coalesce(canonical.text_of(d #> '{fields,first_name}'), canonical.text_of(d #> '{fields,name}'), canonical.text_of(d #> '{fields,full_name}')),
    'template.customer_city', coalesce(canonical.text_of(d #> '{fields,city}'), canonical.text_of(d #> '{geo,city}')),
    'template.customer_country', coalesce(canonical.text_of(d #> '{fields,country}'), canonical.text_of(d #> '{geo,country}')),
    'template.page_url', coalesce(canonical.text_of(d #> '{page_url}'), canonical.text_of(d #> '{page,url}')))
$$;

create function canonical.live_visitors(d jsonb) returns jsonb language sql immutable as $$
select jsonb_build_object(
    'template.visitor_count', coalesce(canonical.text_of(d #> '{visitor_count}'), canonical.text_of(d #> '{count}')),
    'template.page_url', coalesce(canonical.text_of(d #> '{page_url}'), canonical.text_of(d #> '{page,url}')),
    'template.customer_city', coalesce(canonical.text_of(d #> '{city}'), canonical.text_of(d #> '{geo,city}')),
    'template.customer_country', coalesce(canonical.text_of(d #> '{country}'), canonical.text_of(d #> '{geo,country}')))
$$;

-- Any other provider: every plain value at the top keeps its own name.
create function canonical.generic(d jsonb) returns jsonb language sql immutable as $$
select coalesce(jsonb_object_agg('template.' || key, value), '{}')
from jsonb_each(case when jsonb_typeof(d) = 'object' then d else '{}' end)
where key ~ '^[a-z][a-z0-9_]{0,62}$' and jsonb_typeof(value) in ('string', 'number', 'boolean')
$$;

create function canonical.moment(provider text, d jsonb) returns timestamptz language sql stable as $$
select case provider
    when 'shopify' then coalesce(canonical.moment_of(d #> '{created_at}'), canonical.moment_of(d #> '{processed_at}'))
    when 'stripe' then coalesce(canonical.moment_of(d #> '{created}'), canonical.moment_of(d #> '{data,object,created}'))
    when 'testimonials' then coalesce(canonical.moment_of(d #> '{submitted_at}'), canonical.moment_of(d #> '{created_at}'))
    when 'announcements' then coalesce(canonical.moment_of(d #> '{starts_at}'), canonical.moment_of(d #> '{published_at}'))
    when 'instant_capture' then coalesce(canonical.moment_of(d #> '{captured_at}'), canonical.moment_of(d #> '{submitted_at}'))
    when 'live_visitors' then coalesce(canonical.moment_of(d #> '{at}'), canonical.moment_of(d #> '{timestamp}'))
    else coalesce(canonical.moment_of(d #> '{timestamp}'), canonical.moment_of(d #> '{created_at}'), canonical.moment_of(d #> '{occurred_at}'))
end
$$;

-- The canonical form of an event; fails where jsonb can not hold the payload.
create function canonical.event(provider text, event_type text, event_data json, created_at timestamptz)
returns jsonb language sql stable as $$
select jsonb_strip_nulls(
    case provider
        when 'shopify' then canonical.shopify(d)
        when 'stripe' then canonical.stripe(d)
        when 'testimonials' then canonical.testimonials(d)
        when 'announcements' then canonical.announcements(d)
        when 'instant_capture' then canonical.instant_capture(d)
        when 'live_visitors' then canonical.live_visitors(d)
        else canonical.generic(d)
    end
    || jsonb_build_object(
        'meta.provider', provider,
        'meta.timestamp', canonical.written(coalesce(canonical.moment(provider, d), created_at)),
        'meta.event_type', case
            when provider in ('shopify', 'testimonials', 'announcements', 'instant_capture', 'live_visitors') then event_type
            else coalesce(canonical.text_of(d #> '{type}'), event_type)
        end))
from (select event_data::jsonb as d offset 0) as payload
$$;

-- The owner's active integrations of the provider that a campaign names.
create function canonical.integrations_of(owner uuid, data_source text) returns jsonb language sql stable as $$
select coalesce(jsonb_agg(jsonb_build_object('id', i.id, 'name', i.name) order by i.name collate "C", i.id), '[]')
from public.integrations as i
where i.user_id = owner and i.provider = lower(btrim(data_source) collate "C") and i.is_active
$$;

-- One of `data_sources`, `native_config` and `review`; of several integrations none is guessed.
create function canonical.campaign(data_source text, settings jsonb, integrations jsonb) returns jsonb language sql immutable as $$
select case
    when coalesce(source, '') = '' then '{"review": {"reason": "no data source", "candidates": []}}'
    when source in ('announcements', 'instant_capture', 'live_visitors') then
        jsonb_build_object('native_config', jsonb_build_object('source', source, 'settings', settings))
    when jsonb_array_length(integrations) = 1 then
        jsonb_build_object('data_sources', jsonb_build_array(jsonb_build_object(
            'provider', source, 'integration_id', integrations -> 0 -> 'id', 'integration_name', integrations -> 0 -> 'name')))
    when jsonb_array_length(integrations) = 0 then
        '{"review": {"reason": "no integration of this provider", "candidates": []}}'
    else jsonb_build_object('review', jsonb_build_object(
        'reason', 'several integrations of this provider',
        'candidates', (
            select jsonb_agg(jsonb_build_object('integration_id', i -> 'id', 'integration_name', i -> 'name') order by n)
            from jsonb_array_elements(integrations) with ordinality as each (i, n))))
end
from (select lower(btrim(data_source) collate "C") as source) as named
$$;
