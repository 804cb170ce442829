do $$
begin
    assert (
        select count(*) from pg_constraint
        where contype = 'f' and conname in (
            'fk_transactions_store', 'fk_transactions_product', 'fk_transactions_cashier',
            'fk_transaction_items_transaction', 'fk_transaction_items_product')
    ) = 5, 'a foreign key is missing';
end
$$;
