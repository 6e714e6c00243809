-- Run by the superuser at each start: makes what is missing and sets the passwords to those of the Secret.
\set ON_ERROR_STOP on
\set password `cat /run/secrets/postgres/password`
\set exporter_password `cat /run/secrets/postgres/exporter-password`

SELECT format('CREATE ROLE %I LOGIN', r) FROM unnest(ARRAY[:'database', 'plinth-exporter']) AS r
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = r) \gexec
ALTER ROLE :"database" PASSWORD :'password';
ALTER ROLE "plinth-exporter" PASSWORD :'exporter_password' CONNECTION LIMIT 5;
GRANT pg_monitor TO "plinth-exporter";
-- initdb would not do without one.
ALTER ROLE postgres PASSWORD NULL;

SELECT format('CREATE DATABASE %I OWNER %I', :'database', :'database')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec
-- By default everyone may connect to every database.
REVOKE CONNECT ON DATABASE :"database" FROM PUBLIC;
