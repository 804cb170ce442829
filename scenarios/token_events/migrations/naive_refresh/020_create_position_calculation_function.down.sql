\ir ../single_source/020_create_position_calculation_function.down.sql
