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
delete from public.migration_log where step = '240_foreign_keys';
