#!/usr/bin/env bash
# Runs once inside the database's container (compose.yaml): the two roles and the extensions, as the private cluster of
# app/simulation/cluster.py makes them.
set -euo pipefail

psql --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
    --set=owner_password="$ZHIFANG_OWNER_PASSWORD" --set=app_password="$ZHIFANG_APP_PASSWORD" <<'SQL'
CREATE ROLE zhifang_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE zhifang_app LOGIN PASSWORD :'app_password';
ALTER DATABASE zhifang OWNER TO zhifang_owner;
CREATE EXTENSION IF NOT EXISTS postgis;
CREATE EXTENSION IF NOT EXISTS btree_gist;
SQL
