select id, name, code from tenants
