do $$
begin
    assert (
        select count(*) from pg_attribute
        where attrelid = 'public.transactions'::regclass and attname in ('store_id', 'product_id')
            and atttypid = 'text'::regtype and not attnotnull and not attisdropped
    ) = 2, 'transactions lacks store_id or product_id';
    assert (
        select count(*) from pg_trigger
        where tgrelid = 'public.transactions'::regclass and tgenabled = 'O'
            and tgname in ('transactions_fill_keys', 'transactions_keep_items')
    ) = 2, 'new sales would not be filled';
end
$$;
