\ir ../single_source/041_migrate_data.verify.sql
