-- A sale sent again is not loaded again. The trial is taken back, and uses no number of a sequence.
do $$
declare
    verdict text;
    known text := (select transaction_code from public.transactions order by id limit 1);
begin
    assert to_regclass('bronze.raw_transactions') is not null, 'bronze.raw_transactions is missing';
    if known is null or exists (select from bronze.raw_transactions where processed_at is null) then
        return;
    end if;
    begin
        insert into bronze.raw_transactions (ingest_id, source, payload)
        overriding system value
        values (-1, 'verify', jsonb_build_object('transaction_code', known));
        perform public.process_bronze_transactions();
        verdict := (select outcome from bronze.raw_transactions where ingest_id = -1);
        raise exception using errcode = 'P0V01';
    exception
        when sqlstate 'P0V01' then null;
    end;
    assert verdict = 'duplicate', 'a sale sent again came out as ' || coalesce(verdict, 'nothing');
end
$$;
