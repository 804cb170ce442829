do $$
begin
    assert (
        select count(*) from pg_index
        where indisvalid and indexrelid in (
            to_regclass('public.transactions_store_id_idx'), to_regclass('public.transactions_product_id_idx'),
            to_regclass('public.transactions_cashier_code_idx'), to_regclass('public.transaction_items_product_id_idx'))
    ) = 4, 'an index is missing or invalid';
end
$$;
