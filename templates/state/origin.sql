-- This database, told from every copy of it that a dump or CREATE DATABASE … TEMPLATE makes. Lock: none.
SELECT format('%s/%s', (SELECT system_identifier FROM pg_control_system()),
              (SELECT oid FROM pg_database WHERE datname = current_database())) AS origin;
