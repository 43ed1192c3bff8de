#!/bin/sh
# Makes the secrets of deploy/compose.yml, once; what is there stays.

set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets
if [ ! -s secrets/postgres_password ]; then
    od -An -N24 -tx1 /dev/urandom | tr -d ' \n' >secrets/postgres_password
fi
if [ ! -s secrets/database_url ]; then
    printf 'postgresql://echo:%s@postgres:5432/echo' "$(cat secrets/postgres_password)" >secrets/database_url
fi
# Files of secrets are mounted as they are: the account in the containers, 10001, must be able to read its own.
chmod 755 secrets
chmod 644 secrets/database_url
