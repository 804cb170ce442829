select
    md5('province ' || code)::uuid as id, code, name, name_fr, case when is_territory then 'territory' else 'province' end as kind,
    legal_age, gst as gst_rate, round(pst, 4) as pst_rate, hst as hst_rate, retail as retail_model
from provinces
