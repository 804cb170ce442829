drop schema canonical cascade;
