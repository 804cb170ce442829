do $$
begin
    assert not exists (
        select from (select distinct cashier_code from public.transactions) as t
        where not exists (select from public.cashiers as c where c.cashier_id = t.cashier_code)
    ), 'a receipt names a cashier who is missing';
end
$$;
