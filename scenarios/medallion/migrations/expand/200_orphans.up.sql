-- Appendix, issue 2: a sale without its store or product cannot be given a key. It is set aside, never just deleted.
-- NOT EXISTS, because `NOT IN` is never true once one id is null.
set local lock_timeout = '2s';

create table legacy.orphaned_transactions (
    like public.transactions,
    reason text not null,
    set_aside_at timestamptz not null default now(),
    constraint orphaned_transactions_pkey primary key (id)
);
comment on table legacy.orphaned_transactions is 'Sales that name a store or product that does not exist, as they were';

insert into legacy.orphaned_transactions
select
    t.*,
    concat_ws(', ',
        case when s.legacy_id is null then format('no store %s', t.geography_id) end,
        case when p.legacy_id is null then format('no product %s', t.organization_id) end)
from public.transactions as t
left join public.stores as s on s.legacy_id = t.geography_id
left join public.products as p on p.legacy_id = t.organization_id
where s.legacy_id is null or p.legacy_id is null;

delete from public.transactions as t
using legacy.orphaned_transactions as o
where o.id = t.id;

insert into public.migration_log (step, phase, description, status, rows_affected, details, started_at, finished_at)
select
    '200_orphans', '2.1', 'sales without store or product set aside in legacy.orphaned_transactions',
    case when count(*) > 0 then 'repaired' else 'done' end,
    count(*),
    case when count(*) > 0
        then jsonb_build_object(
            'repair', 'orphaned_transactions', 'relation', 'transactions', 'rows', count(*),
            'keys', jsonb_agg(o.id order by o.id), 'reasons', jsonb_agg(o.reason order by o.id))
        else '{}' end,
    now(), clock_timestamp()
from legacy.orphaned_transactions as o;
