-- Payloads that json keeps and jsonb refuses, one that is enormous and one that is deep; campaigns that are not clear.
insert into public.campaigns values
('20000000-0000-4000-8000-000000000011', '00000000-0000-4000-8000-000000000002', 'Two shops', 'notification', 'shopify', null, 'active', '2025-04-04 09:00+00'),
('20000000-0000-4000-8000-000000000012', '00000000-0000-4000-8000-000000000002', 'No such integration', 'notification', 'woocommerce', null, 'active', '2025-04-05 09:00+00'),
('20000000-0000-4000-8000-000000000013', '00000000-0000-4000-8000-000000000002', 'Nothing at all', 'notification', '  ', null, 'active', '2025-04-06 09:00+00'),
('20000000-0000-4000-8000-000000000014', '00000000-0000-4000-8000-000000000002', 'In capitals', 'notification', ' Announcements ', '{}', 'active', '2025-04-07 09:00+00');

insert into public.integrations values
('10000000-0000-4000-8000-000000000011', '00000000-0000-4000-8000-000000000002', 'Shop A', 'shopify', true, '2025-03-01 09:00+00'),
('10000000-0000-4000-8000-000000000012', '00000000-0000-4000-8000-000000000002', 'Shop B', 'shopify', true, '2025-03-02 09:00+00');

insert into public.events (campaign_id, provider, event_type, event_data, created_at)
select '20000000-0000-4000-8000-000000000011', provider, null, data::json, '2025-11-10 09:00+00'
from (
    values
    ('shopify', '{"line_items": [{"title": "NUL \u0000 inside"}], "created_at": "2025-11-03T14:05:09-05:00"}'),
    ('calendly', '{"title": "half \ud83d a pair"}'),
    ('stripe', '{"type": "charge.succeeded", "data": {"object": {"amount": 1e200000, "currency": "usd"}}}'),
    ('testimonials', '{"author_name": "fine", "unused": "\u0000"}'),
    ('testimonials', '{"author_name": "a backslash \\u0000 that is none", "rating": 5}'),
    ('calendly', '{"title": ' || to_json(repeat('enormous ', 200000))::text || '}'),
    ('calendly', '{"deep": ' || repeat('{"a":', 1000) || '1' || repeat('}', 1000) || ', "title": "deep"}'),
    ('shopify', '{"line_items": {"0": {"title": "an object in place of a list"}}, "quantity": 1}'),
    ('stripe', '"only a text"'),
    ('live_visitors', 'null'),
    ('instant_capture', '{"fields": {"name": 1.50e1}, "captured_at": 1762196709}'),
    ('shopify', '{"currency": "USD", "currency": "EUR", "total_price": -0.0}')
) as odd (provider, data);
