-- The step refuses as it should; but it runs outside a transaction, and its table stays behind.
-- expect: relation = "table public.shops"

-- == scenario ==
-- [[variant]]
-- name = "dirty"
-- file = "variant.sql"
-- expect = "refuses"
-- refusal = "stores share a code"
-- == baseline ==
create table stores (id integer primary key, code text not null, region text);
insert into stores values (1, 'S-01', 'NCR'), (2, 'S-02', 'CAR'), (3, 'S-03', null);
-- == variant ==
insert into stores values (4, 'S-01', 'CAR');
-- == up ==
-- no-transaction
create table shops (code text primary key, region text);
do $$
begin
    if exists (select from stores group by code having count(*) > 1) then
        raise exception 'stores share a code';
    end if;
end $$;
insert into shops select code, region from stores;
-- == down ==
drop table shops;
