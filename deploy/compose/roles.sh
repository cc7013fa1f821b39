#!/bin/sh
# Makes the roles and the database of the ledger, as docs/teams.md describes them. The image of PostgreSQL runs it once, on an empty volume.
set -eu
psql -v ON_ERROR_STOP=1 -v owner_password="$OWNER_PASSWORD" -v router_password="$ROUTER_PASSWORD" \
  --username "$POSTGRES_USER" --dbname postgres <<'SQL'
CREATE ROLE llm_router_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE llm_router_user;
CREATE ROLE router LOGIN PASSWORD :'router_password' IN ROLE llm_router_user;
CREATE DATABASE llm_router OWNER llm_router_owner;
\connect llm_router
CREATE SCHEMA llm_router AUTHORIZATION llm_router_owner;
GRANT USAGE ON SCHEMA llm_router TO llm_router_user;
ALTER DEFAULT PRIVILEGES FOR ROLE llm_router_owner IN SCHEMA llm_router
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO llm_router_user;
SQL
