select md5('province ' || province_code)::uuid as province_id, name as tax_name, round(percent / 100, 4) as rate, since as effective_from
from taxes
