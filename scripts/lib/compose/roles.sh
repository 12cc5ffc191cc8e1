#!/usr/bin/env bash
# Runs once, when the first node has made the cluster (Patroni's post_init, whose last word names the connection): the
# service's database, its two roles with their time limits, and the extensions.
set -euo pipefail

psql() { command psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 "$@"; }

psql --dbname="${!#}" --set=owner_password="$ZHIFANG_OWNER_PASSWORD" --set=app_password="$ZHIFANG_APP_PASSWORD" <<'SQL'
CREATE ROLE zhifang_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE zhifang_app LOGIN PASSWORD :'app_password';
-- The same as app/store/session.py asks for with each connection: PgBouncer does not pass that on.
ALTER ROLE zhifang_app SET statement_timeout = '15s';
ALTER ROLE zhifang_app SET lock_timeout = '5s';
ALTER ROLE zhifang_app SET idle_in_transaction_session_timeout = '10s';
ALTER ROLE zhifang_app SET client_connection_check_interval = '1s';
ALTER ROLE zhifang_app SET timezone = 'UTC';
CREATE DATABASE zhifang OWNER zhifang_owner;
REVOKE CONNECT, TEMPORARY ON DATABASE zhifang FROM PUBLIC;
GRANT CONNECT ON DATABASE zhifang TO zhifang_app;
\connect zhifang
CREATE EXTENSION postgis;
CREATE EXTENSION btree_gist;
SQL
