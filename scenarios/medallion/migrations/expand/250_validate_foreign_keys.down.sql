-- There is no way to say that a constraint is not valid but to make it anew.
-- A sale may lock its product before the sales or after them, so no order of ours fits both. All the locks are asked for
-- at once, for a tenth of a second: sooner than the server looks for a deadlock, so it is never the sale that is ended.
set local lock_timeout = '100ms';
do $$
begin
    for attempt in 1..100 loop
        begin
            lock table
                public.products, public.stores, public.cashiers, public.transactions, public.transaction_items
                in access exclusive mode;
            return;
        exception when lock_not_available or deadlock_detected then
            perform pg_sleep(0.05 + 0.1 * random());
        end;
    end loop;
    raise lock_not_available using message = 'the sales are too busy for their foreign keys to be taken away';
end
$$;

alter table public.transaction_items
    drop constraint fk_transaction_items_product,
    drop constraint fk_transaction_items_transaction;
alter table public.transactions
    drop constraint fk_transactions_cashier,
    drop constraint fk_transactions_product,
    drop constraint fk_transactions_store;
alter table public.transactions
    add constraint fk_transactions_store
    foreign key (store_id) references public.stores (store_id) not valid,
    add constraint fk_transactions_product
    foreign key (product_id) references public.products (product_id) not valid,
    add constraint fk_transactions_cashier
    foreign key (cashier_code) references public.cashiers (cashier_id) not valid;
alter table public.transaction_items
    add constraint fk_transaction_items_transaction
    foreign key (transaction_id) references public.transactions (id) on update cascade on delete cascade not valid,
    add constraint fk_transaction_items_product
    foreign key (product_id) references public.products (product_id) not valid;
delete from public.migration_log where step = '250_validate_foreign_keys';
