-- What the providers send, made from a number; some of it odd. Gone with the session.
create function pg_temp.payload(provider text, n bigint) returns text language sql as $$
select case
    -- A webhook that a proxy cut down to nothing, and one that is no object.
    when n % 97 = 0 then '{}'
    when n % 89 = 0 then '["unexpected", {"note": "an array"}]'
    when provider = 'shopify' then format(
        '{"id": 82098%s,  "admin_graphql_api_id": "gid://shopify/Order/82098%s", "created_at": "%s", "currency": "%s", '
        '"current_total_price": %s, "total_price": "%s.00", "name": "#%s", "order_number": %s, "processed_at": null, '
        '"customer": %s, "billing_address": {"first_name": "Bob", "city": "%s", "country_code": "US"}, '
        '"shipping_address": %s, "line_items": [{"id": 866550311766439020, "title": %s, "quantity": %s, "price": "199.00", '
        '"properties": [], "tax_lines": [{"rate": 0.06, "title": "State Tax"}]}, {"title": "Gift wrap", "quantity": 1}], '
        '"note_attributes": [], "total_weight": %s, "note_attributes": [{"name": "gift", "value": "yes"}]}',
        n, n,
        (array['2025-11-03T14:05:09-05:00', '2025-10-28T00:30:00+05:45', '2025-11-02T01:59:59.123456Z', 'yesterday', '2025-02-30T10:00:00Z'])[n % 5 + 1],
        (array['USD', 'eur', 'JPY', 'dollars'])[n % 4 + 1],
        (array['"398.00"', 'null', '398.5', '12345678901234567890.123456789'])[n % 4 + 1], n % 900, 1000 + n, 1000 + n,
        case n % 6 when 0 then 'null' when 1 then '"Jane"' else format('{"id": 115310627314723954, "first_name": %s, "default_address": {"city": "Ottawa", "country_code": "CA"}}',
            (array['"John"', '"Zo\u00eb"', '"  "', '"\ud83d\ude00 Ana"'])[n % 4 + 1]) end,
        (array['San Francisco', 'München', '東京'])[n % 3 + 1],
        case n % 4 when 0 then 'null' else '{"first_name": "Steve", "city": "Shippington", "country_code": "KY"}' end,
        (array['"IPod Nano - 8GB"', '"T-Shirt \"Größe M\""', '{"en": "Mug"}', '""'])[n % 4 + 1], n % 3 + 1,
        (array['0', '1e3', '1.50', '123456789012345678901234567890123456789012345678901234567890e250'])[n % 4 + 1])
    when provider = 'stripe' and n % 2 = 0 then format(
        '{"id":"evt_1%s","object":"event","api_version":"2024-06-20","created":%s,"livemode":true,"pending_webhooks":1,'
        '"type":"checkout.session.completed","data":{"object":{"id":"cs_live_%s","object":"checkout.session","amount_total":%s,'
        '"currency":"%s","customer_details":%s,"metadata":%s,"payment_status":"paid"}}}',
        n, (array['1762196709', '1762196709123', '"1762196709"', '17.5'])[n / 2 % 4 + 1], n,
        (array['2000', '5', '99999999999999999999', '20.5', '-700', '2e3'])[n / 2 % 6 + 1],
        (array['usd', 'jpy', 'eur'])[n / 2 % 3 + 1],
        case n / 2 % 5 when 0 then 'null' else '{"name":"Jenny Rosen","email":"jenny@example.com","address":{"city":"Berlin","country":"DE","line1":null}}' end,
        case n / 2 % 3 when 0 then '{}' else '{"product_name":"Pro plan"}' end)
    when provider = 'stripe' then format(
        '{"id": "evt_3%s", "object": "event", "type": "charge.succeeded", "created": %s, "data": {"object": {"id": "ch_3%s", '
        '"object": "charge", "amount": %s, "currency": "usd", "description": %s, "created": 1762196000, "outcome": {"risk_score": 12}, '
        '"billing_details": {"name": "Ana Lúcia", "address": {"city": "Lisboa", "country": "PT"}}}}}',
        n, (array['1762196709', 'null', '1.762196709e9'])[n % 3 + 1], n, n * 100,
        (array['"Subscription update"', 'null'])[n % 2 + 1])
    when provider = 'testimonials' then format(
        '{"%s": "Mario %s", "company": "Acme & Söhne", "position": %s, "rating": %s, "message": "%s", "submitted_at": "2025-11-0%sT08:00:00.5+02:00", "video_url": null}',
        (array['author_name', 'name'])[n % 2 + 1], n, (array['"CTO"', '7', 'false'])[n % 3 + 1], (array['5', '4.5', '"5"', 'null'])[n % 4 + 1],
        (array['Great.\nWould buy again', 'C:\\temp\\x \u0041', repeat('long ', 400)])[n % 3 + 1], n % 9 + 1)
    when provider = 'announcements' then format(
        '{"title": "Sale %s %%", "body": "All week", "cta": {"text": "Look", "url": "https://example.com/?a=1&b=\u00e9"}, "starts_at": "2025-11-01T00:00:00Z"}', n % 70)
    when provider = 'instant_capture' then format(
        '{"form_id": %s, "fields": %s, "page": {"url": "https://example.com/%s"}, "geo": {"city": "Nairobi", "country": "KE"}, "captured_at": "2025-11-05T06:07:08+03:00"}',
        n % 7, (array['{"first_name": "Wanjiru", "email": "w@example.com"}', '{"full_name": "Li Wei", "city": "上海", "country": "CN"}', '[]'])[n % 3 + 1], n)
    when provider = 'live_visitors' then format(
        '{"count": %s, "page_url": "https://example.com/pricing", "country": "%s", "window_seconds": 300, "at": %s}',
        n % 40, (array['DE', 'BR', ''])[n % 3 + 1], 1762196709000 + n)
    else format(
        '{"event": "invitee.created", "type": "booking", "invitee": {"name": "Olu", "deep": %s}, "seats": %s, "paid": %s, "Note": "upper", "comment": "x\ty", "timestamp": "2025-11-0%sT12:00:00-08:00"}',
        repeat('[', 90) || repeat(']', 90), (array['2', '-0', '1.0e2', '0.10'])[n % 4 + 1], (array['true', 'false'])[n % 2 + 1], n % 9 + 1)
end
$$;

create function pg_temp.provider(n bigint) returns text language sql as $$
select case
    when n % 20 < 7 then 'shopify'
    when n % 20 < 11 then 'stripe'
    when n % 20 < 13 then 'testimonials'
    when n % 20 < 14 then 'announcements'
    when n % 20 < 16 then 'instant_capture'
    when n % 20 < 19 then 'live_visitors'
    else 'calendly'
end
$$;

create function pg_temp.event_type(provider text) returns text language sql as $$
select case provider
    when 'shopify' then 'orders/create'
    when 'testimonials' then 'testimonial'
    when 'live_visitors' then 'active_visitors'
    when 'instant_capture' then 'form_submission'
    when 'announcements' then 'announcement'
end
$$;
