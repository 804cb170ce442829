select id, md5('province ' || province_code)::uuid as province_id, name, short_name from suppliers
