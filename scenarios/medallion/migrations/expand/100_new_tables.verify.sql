do $$
declare
    relation text;
begin
    foreach relation in array array['stores', 'brands', 'categories', 'products', 'cashiers', 'transaction_items'] loop
        assert to_regclass('public.' || relation) is not null, relation || ' is missing';
    end loop;
end
$$;
