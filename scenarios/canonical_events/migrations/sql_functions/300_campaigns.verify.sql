-- Each campaign has its sources, or a person has to decide.
select count(*) = 0 from public.campaigns as c
where c.data_sources is null = not exists (select from public.campaign_review as r where r.campaign_id = c.id);
