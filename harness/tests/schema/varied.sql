-- Lists and casts wherever an expression can stand: the server prints many of them otherwise once they were restored.
create type mood as enum ('sad', 'ok');
create domain code as varchar(8) check (value in ('a', 'b')) check (value not in ('x', 'y'));
create domain letter as char(1) default 'a' check (value in ('a', 'b'));
create table t (
  id integer primary key,
  v varchar(10) default 'a' check (v in ('a', 'it''s', ']) , x')),
  "Odd ""v" varchar check ("Odd ""v" not in ('a', 'b')),
  c char(3) check (c in ('abc', 'd')),
  n name check (n in ('a', 'b')),
  m mood check (m in ('sad', 'ok')),
  i integer check (i in (1, 2, 3)),
  b bigint check (b in (1, 2, 30000000000)),
  num numeric check (num in (1, 2.5)),
  f real check (f in (1, 2.5)),
  d date check (d in ('2024-01-01', '2024-01-02')),
  ts timestamptz check (ts > '2024-01-01'),
  u uuid, j jsonb check (j ? 'a' and j ->> 'k' in ('a', 'b')),
  k code, l letter,
  arr varchar[] check (arr <@ array['a', 'b']::varchar[]),
  tarr text[] check (tarr <@ array['a', 'b']),
  upper_v text generated always as (case when v in ('a', 'b') then upper(v) else lower(v) end) stored,
  flag boolean generated always as (v = any (array['a', 'b'])) stored,
  check (v like 'a%' or v ~ '^b' or v similar to '(c|d)%'),
  check (v between 'a' and 'z'),
  check (coalesce(v, c) in ('a', 'b')),
  check ((v, c) in (('a', 'b'), ('c', 'd')) ),
  check (v || c in ('ab', 'cd')),
  check (lower(v) in ('a', 'b')),
  check (v::text in ('a', 'b')),
  check (v in ('a'::varchar, 'b')),
  check (c in ('a'::text, 'b')),
  check (v = any ('{a,b}')),
  check (v = any ('{a,b}'::varchar[])),
  check (v <> all (array['a', 'b']::text[])),
  check (v <> all (array[c, 'b'])),
  check (v in (upper('x'), 'b')),
  check (v in ('a', null)),
  check (i = any (array[1, 2]::bigint[])),
  check (i::text in ('1', '2')),
  check (extract(year from ts) in (2024, 2025)),
  check (num::integer in (1, 2)),
  check (position('a' in v) > 0 or substring(v from 1 for 2) = 'ab' or trim(both 'x' from v) = 'y'),
  check (array[array[v, 'x']]::text[] <@ array[array['a'::varchar, 'b'], array['c', 'd']]::text[]),
  check (v in ('a', case when c in ('abc', 'd') then 'x'::varchar else v end)),
  check (v is distinct from 'q' and (v is null) is not true)
);
create index t_v on t (v) where v in ('a', 'b');
create index t_c on t (c) where c in ('abc', 'd') and v not in ('x', 'y');
create index t_e on t ((case when v in ('a', 'b') then 1 else 0 end), (lower(v) in ('a', 'b')));
create unique index t_u on t ((v || c)) where m in ('sad') or k in ('a', 'b');
alter table t enable row level security;
create policy p on t for select using (v in ('a', 'b') or c in ('abc', 'd'));
create policy q on t for insert with check (v not in ('a', 'b') and exists (select from t x where x.v in ('a', 'b')));
create view w as select id, v in ('a', 'b') as is_a, case when c in ('abc', 'd') then 'x' else v end as y,
  (select count(*) from t s where s.v in ('a', 'b') and s.c = t.c) as n
  from t where v in ('a', 'b') and c not in ('abc', 'd') and v = any (array['a', 'b']) and m in ('sad', 'ok');
create view w2 as select x.id from t x join t y on y.v in ('a', x.v) and y.c in ('abc', 'd') left join t z on z.id = x.id
  where x.v <> all (array['q', 'r']) group by x.id having max(x.v) in ('a', 'b') order by max(x.v) in ('a', 'b');
create view w3 as values ('a'::varchar in ('a', 'b'));
create view w4 as with r as (select v from t where v in ('a', 'b')) select v from r where v in ('c', 'd')
  union all select c from t where c in ('abc', 'd');
create materialized view mv as select v, count(*) filter (where v in ('a', 'b')) as n,
  sum(i) over (partition by v in ('a', 'b')) as s from t where c in ('abc', 'd') group by v, i;
create function touch() returns trigger language plpgsql as 'begin return new; end';
create trigger g before update on t for each row when (new.v in ('a', 'b') and old.c not in ('abc', 'd')) execute function touch();
create rule r as on update to w where new.y in ('a', 'b') do instead update t set v = 'a' where v in ('a', 'b') and id = new.id;
create function fn(x varchar) returns boolean language sql begin atomic select x in ('a', 'b') or exists (select from t where v in ('a', 'b')); end;
create function fd(x varchar default 'a', y boolean default 'a'::varchar in ('a', 'b')) returns int language sql as 'select 1';
create table parted (v varchar(3), k int) partition by list (v);
create table parted_1 partition of parted for values in ('a', 'b');
create table parted_2 partition of parted (check (v in ('c', 'd'))) for values in ('c', 'd');
create table ranged (v varchar(3)) partition by range (lower(v));
create table ranged_1 partition of ranged for values from ('a') to ('b');
create table ex (v varchar, r int4range, exclude using gist (r with &&) where (v in ('a', 'b')));
create statistics st on (v in ('a', 'b')), (lower(c)) from t;
alter table t alter column v set default case when 'a'::varchar in ('a', 'b') then 'a' else 'b' end;
create publication pub for table parted_1 where (k in (1, 2)) with (publish = 'insert');
