do $$
begin
    assert not exists (
        select
        from public.transactions as t
        full join public.transaction_items as i on i.transaction_id = t.id and i.line_number = 1
        where t.id is null or i.transaction_id is null
            or (t.organization_id::text, t.quantity, t.unit_price, t.discount)
            is distinct from (i.product_id, i.quantity, i.unit_price, i.discount)
    ), 'a sale has no line, or another line than it says';
end
$$;
