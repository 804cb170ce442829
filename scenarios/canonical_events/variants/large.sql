-- Ten thousand campaigns and a million events in all. Every fortieth owner has two integrations of one provider, and
-- every fiftieth has none: those campaigns are for a person to decide.
\ir ../payloads.sql

insert into public.integrations
select
    md5('integration ' || n || ' ' || copy)::uuid, md5('owner ' || n)::uuid, 'Integration ' || n || '.' || copy,
    pg_temp.provider(n), true, '2025-05-01 00:00+00'::timestamptz + n * interval '1 minute'
from generate_series(4, 10000) as n, generate_series(1, case when n % 40 = 0 then 2 else 1 end) as copy
where n % 50 <> 0;

insert into public.campaigns
select
    md5('campaign ' || n)::uuid, md5('owner ' || n)::uuid, 'Campaign ' || n, 'notification',
    case n % 3 when 0 then ' ' || initcap(pg_temp.provider(n)) else pg_temp.provider(n) end,
    case n % 4 when 0 then jsonb_build_object('minimum', n) end, 'active',
    '2025-06-01 00:00+00'::timestamptz + n * interval '1 minute'
from generate_series(4, 10000) as n;

insert into public.events (campaign_id, provider, event_type, event_data, created_at)
select
    md5('campaign ' || 4 + n % 9997)::uuid, e.provider, pg_temp.event_type(e.provider), pg_temp.payload(e.provider, n)::json,
    '2025-01-01 00:00+00'::timestamptz + n * interval '27 seconds'
from generate_series(996, 1000000) as n, lateral (select pg_temp.provider(n) as provider) as e
order by n;
