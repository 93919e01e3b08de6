#!/bin/sh
# Creates a database and a user for each of the two services when PostgreSQL starts for the first time.
set -eu
for name in keydesk litellm; do
  case $name in keydesk) password=$KEYDESK_DB_PASSWORD ;; *) password=$LITELLM_DB_PASSWORD ;; esac
  psql --username=postgres --set=ON_ERROR_STOP=1 --set=name="$name" --set=password="$password" <<'SQL'
create user :"name" with password :'password';
create database :"name" owner :"name";
revoke all on database :"name" from public;
SQL
done
