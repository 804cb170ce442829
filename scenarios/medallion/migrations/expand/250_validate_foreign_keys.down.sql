-- There is no way to say that a constraint is not valid but to make it anew.
set local lock_timeout = '2s';
-- A sale locks transactions before all else it touches; so does this, or the two could wait for each other.
lock table public.transactions in access exclusive mode;

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
