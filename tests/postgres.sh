#!/usr/bin/env bash
# The mirror in a real PostgreSQL with PostGIS: what its tables hold equals the exports to the last field, a second run touches
# nothing, what is recorded later follows; what is not ours stays; a run that is killed or loses its server leaves the tables as
# they were; who is not let in is told so without a password being named; 10,000 sites.
# usage: bash tests/postgres.sh
#   PAPAVER   a program to be tried; else one is built
# Needs PostgreSQL and PostGIS (Debian: postgresql postgresql-15-postgis-3) and openssl; the cluster is a private one in a
# temporary folder, as the user postgres where root runs this.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
check=$top/tests/tools/mirror_check.py
cd "$top"
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -1 || true)
if [ -z "$bin" ] || ! ls /usr/share/postgresql/*/extension/postgis.control >/dev/null 2>&1; then
    echo "error: PostgreSQL and PostGIS are not here" >&2
    echo "hint: apt-get install --no-install-recommends postgresql postgresql-15-postgis-3" >&2
    exit 1
fi
program=${PAPAVER:-}
if [ -z "$program" ]; then
    cargo build --locked --bin papaver
    program=${CARGO_TARGET_DIR:-target}/debug/papaver
fi
program=$(realpath "$program")
work=$(mktemp -d)
chmod 755 "$work"
as=()
[ "$(id -u)" != 0 ] || as=(runuser -u postgres --)
ended() {
    "${as[@]}" "$bin/pg_ctl" -D "$work/cluster/data" -m immediate stop >/dev/null 2>&1 || true
    rm -rf "$work"
}
trap ended EXIT
fail() {
    echo "error: $*" >&2
    exit 1
}

echo "a private cluster"
cd "$work"
mkdir cluster
openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=bureau-ca >/dev/null 2>&1
openssl req -x509 -newkey rsa:2048 -nodes -keyout other.key -out other.pem -days 2 -subj /CN=other-ca >/dev/null 2>&1
openssl req -newkey rsa:2048 -nodes -keyout cluster/server.key -out server.csr -subj /CN=localhost >/dev/null 2>&1
printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n' >extensions
openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile extensions -out cluster/server.crt >/dev/null 2>&1
chmod 600 cluster/server.key
secret=hush-$RANDOM$RANDOM
echo "$secret" >password
chmod 644 password
[ "$(id -u)" != 0 ] || chown -R postgres cluster
"${as[@]}" "$bin/initdb" -D "$work/cluster/data" -U gis -A scram-sha-256 --pwfile="$work/password" -E UTF8 --locale=C.UTF-8 >/dev/null
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
start() {
    "${as[@]}" "$bin/pg_ctl" -D "$work/cluster/data" -w -l "$work/cluster/log" \
        -o "-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories=$work/cluster -c fsync=off \
            -c ssl=$1 -c ssl_cert_file=$work/cluster/server.crt -c ssl_key_file=$work/cluster/server.key" start >/dev/null
}
start on
export PGPASSWORD=$secret PGUSER=gis PGHOST=127.0.0.1 PGPORT=$port PGDATABASE=postgres
sql() { "$bin/psql" -qAtX -v ON_ERROR_STOP=1 "$@"; }
is() { # QUERY ANSWER
    local found
    found=$(sql -c "$1")
    [ "$found" = "$2" ] || fail "$1: $found instead of $2"
}
sql -c 'CREATE DATABASE bureau' -c 'CREATE DATABASE bare' -c "CREATE ROLE viewer LOGIN PASSWORD '$secret'" -c "CREATE ROLE clerk LOGIN PASSWORD '$secret'"
export PGDATABASE=bureau
# PostGIS lies where the search path of nobody looks.
sql -c 'CREATE SCHEMA spatial' -c 'CREATE EXTENSION postgis SCHEMA spatial' -c 'GRANT USAGE ON SCHEMA spatial TO PUBLIC'

echo "a registry"
export PAPAVER_ACTOR=chief PAPAVER_REGISTRY=$work/a.papaver
run() { "$program" --lang zh "$@"; }
run init --unit 410423 >/dev/null
run actor add li analyst verifier eradicator >/dev/null
run actor add wang verifier >/dev/null
python3 "$check" districts >districts.geojson
run registry districts districts.geojson --vintage 2026 >/dev/null
python3 "$check" scan first 3
run record first >/dev/null
add() { run add --source patrol --json "$@" | python3 -c 'import json, sys; print(json.loads(sys.stdin.readline())["id"])'; }
one=$(add --at 113.21,33.74 --name "沟口 'O''Neil' \\ \"x\" 🌸" --area 320.5)
two=$(add --at 113.39,33.74)
python3 "$check" picture scene.png
for site in "$one" "$two"; do
    run assign "$site" --crew "甲'组" >/dev/null
done
PAPAVER_ACTOR=wang run visit "$one" --outcome cultivated --officer li --officer wang --quadrats 4,6,5,7 --quadrat-m2 1 --area 320 \
    --stage flowering --photo scene.png --force "照片无位置" >/dev/null
PAPAVER_ACTOR=wang run visit "$two" --outcome unsure --officer li --photo scene.png --force "照片无位置" >/dev/null

mirror() { run mirror "postgresql://127.0.0.1/bureau" "$@"; }
dumped() { # FILE [SCHEMA]
    for table in sites visits history coverage; do
        sql -c "SELECT json_build_object('row', to_jsonb(t) - 'geom', 'geom', spatial.ST_AsGeoJSON(geom, 9)::json) FROM ${2:-papaver}.$table t"
        echo "== $table"
    done | sort >"$1"
}
compared() { # SCHEMA
    for table in sites visits history coverage; do
        sql -c "SELECT json_build_object('row', to_jsonb(t) - 'geom', 'geom', spatial.ST_AsGeoJSON(geom, 9)::json) FROM ${1:-papaver}.$table t"
        echo "== $table"
    done >dump
    run export --overwrite sites.geojson 2>/dev/null
    run export --overwrite sites.csv 2>/dev/null
    run coverage --overwrite -o coverage.geojson >/dev/null 2>&1
    run log --json >log.jsonl
    python3 "$check" compare dump sites.geojson sites.csv coverage.geojson log.jsonl
}
refused() { # WORDS COMMAND…
    local words=$1
    shift
    ! "$@" >said 2>&1 || fail "not refused: $*"
    grep -q -- "$words" said || fail "$* says: $(cat said)"
    ! grep -q "$secret" said || fail "the password is shown: $(cat said)"
}

echo "first, and equal to the exports"
mirror --reader viewer
compared
is "SELECT count(*) FROM papaver.sites WHERE NOT spatial.ST_IsValid(geom) OR spatial.ST_SRID(geom) <> 4326" 0
is "SELECT count(*) FROM pg_indexes WHERE schemaname = 'papaver' AND indexdef LIKE '%gist (geom)%'" 4
is "SELECT count(*) FROM pg_class c WHERE relnamespace = 'papaver'::regnamespace AND relkind = 'r' AND obj_description(oid) LIKE 'papaver.mirror/1 410423 %'" 4
is "SELECT count(*) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE relnamespace = 'papaver'::regnamespace AND relkind = 'r'
    AND attnum > 0 AND attname <> 'geom' AND col_description(a.attrelid, attnum) IS NULL" 0
for word in li wang 照片无位置; do
    ! sql -c "SELECT t::text FROM papaver.sites t" -c "SELECT t::text FROM papaver.visits t" -c "SELECT t::text FROM papaver.history t" | grep -wq "$word" ||
        fail "$word is shown"
done

echo "again: no row is touched, a row of somebody else's hand goes, what was changed by hand is as it was"
touched() { for table in sites visits history coverage; do sql -c "SELECT xmin, ctid FROM papaver.$table" | sort; done; }
dumped before
touched >once
mirror >/dev/null
touched | diff once - >/dev/null || fail "a second run touched rows"
sql -c "INSERT INTO papaver.history (site, event) VALUES ('x', 'y')" -c "UPDATE papaver.sites SET crew = 'x'"
mirror >/dev/null
dumped after
diff before after

echo "what is recorded later follows; who reads does not write; a view of the bureau's own stays"
sql -c 'CREATE VIEW open_sites AS SELECT site, geom FROM papaver.sites'
run add --source patrol --at 113.25,33.75 >/dev/null
mirror >/dev/null
compared
is 'SELECT count(*) FROM open_sites' 6
PGUSER=viewer is 'SELECT count(*) FROM papaver.sites' 6
! PGUSER=viewer sql -c 'DELETE FROM papaver.sites' 2>/dev/null || fail "the reader writes"

echo "what is not ours stays"
dumped before
sql -c 'CREATE SCHEMA theirs' -c 'CREATE TABLE theirs.visits (a int)' -c 'INSERT INTO theirs.visits VALUES (7)'
refused theirs mirror --schema theirs
is "SELECT string_agg(tablename, ',') FROM pg_tables WHERE schemaname = 'theirs'" visits
is 'SELECT a FROM theirs.visits' 7
refused public mirror --schema public
sql -c 'ALTER TABLE papaver.visits ADD COLUMN remark text'
refused papaver.visits.remark mirror
sql -c 'ALTER TABLE papaver.visits DROP COLUMN remark' -c 'COMMENT ON TABLE papaver.history IS NULL'
refused papaver.history mirror
sql -c "COMMENT ON TABLE papaver.history IS 'papaver.mirror/1 410423 '"
PAPAVER_REGISTRY=$work/b.papaver run init --unit 410425 >/dev/null
PAPAVER_REGISTRY=$work/b.papaver refused 410423 mirror
dumped after
diff before after
PAPAVER_REGISTRY=$work/b.papaver mirror --schema "b'\"镜像" | grep -q '：0 行'

echo "no rights, an empty schema from the administrator, no PostGIS"
export PGUSER=clerk
refused 权限不足 mirror --schema clerks
PGUSER=gis sql -c 'CREATE SCHEMA clerks AUTHORIZATION clerk'
mirror --schema clerks >/dev/null
refused 权限不足 mirror
PGUSER=gis compared clerks >/dev/null
export PGUSER=gis
refused 'CREATE EXTENSION postgis' run mirror postgresql://127.0.0.1/bare

echo "passwords: wrong, none, shown, of a file, typed"
PGPASSWORD=wrong-$secret refused 拒绝登录 mirror
refused 进程列表 run mirror "postgresql://gis:wrong-$secret@127.0.0.1/bureau"
refused 无法连接 run mirror postgresql://127.0.0.1:1/bureau
(
    unset PGPASSWORD
    refused 要求输入口令 mirror </dev/null
    printf '127.0.0.1:%s:*:gis:%s\n' "$port" "$secret" >passwords
    export PGPASSFILE=$work/passwords
    chmod 644 passwords
    refused 'chmod 600' mirror </dev/null
    chmod 600 passwords
    mirror </dev/null >/dev/null
    unset PGPASSFILE
    python3 "$check" typed 口令 "$secret" "$program" --lang zh mirror postgresql://127.0.0.1/bureau >said
    grep -q papaver.sites said || fail "$(cat said)"
    ! grep -q "$secret" said || fail "the password is shown"
)

echo "encrypted and checked, or nothing is sent"
refused --ca run mirror postgresql://10.255.255.1/bureau
refused --ca run mirror "postgresql://127.0.0.1/bureau?sslmode=require"
refused UnknownIssuer mirror --ca other.pem
mirror --ca ca.pem >/dev/null
run mirror postgresql://localhost/bureau --ca ca.pem >/dev/null

echo "killed, cut off, and without its server in the middle: readers see what was there"
python3 "$check" scan second 10000
run record second >/dev/null
held() { # until it waits for the last table, with the others written
    PGAPPNAME=holder sql -c BEGIN -c 'LOCK TABLE papaver.coverage IN SHARE ROW EXCLUSIVE MODE' -c 'SELECT pg_sleep(600)' >/dev/null 2>&1 &
    until [ "$(sql -c "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'holder' AND wait_event = 'PgSleep'")" = 1 ]; do sleep 0.1; done
    "$program" --lang zh mirror "postgresql://127.0.0.1/bureau" >said 2>&1 &
    mirroring=$!
    until [ "$(sql -c "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'papaver' AND wait_event_type = 'Lock'")" = 1 ]; do
        kill -0 "$mirroring" 2>/dev/null || fail "it did not wait: $(cat said)"
        sleep 0.1
    done
    dumped after
    diff -q before after >/dev/null || fail "readers see half"
}
freed() { sql -c "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name IN ('holder', 'papaver')" >/dev/null; }
same_as_before() {
    dumped after
    diff before after >/dev/null || fail "$1 changed the tables"
}
dumped before
held
kill -9 "$mirroring"
wait "$mirroring" 2>/dev/null || true
freed
same_as_before "a killed run"
held
freed
! wait "$mirroring" || fail "it is content with a connection that was cut off"
grep -q 中断 said || fail "$(cat said)"
same_as_before "a run that was cut off"
held
"${as[@]}" "$bin/pg_ctl" -D "$work/cluster/data" -m immediate stop >/dev/null
! wait "$mirroring" || fail "it is content without a server"
grep -q 中断 said || fail "$(cat said)"
start off
same_as_before "a server that went"
refused 'ssl = on' mirror --ca ca.pem

echo "10,000 sites"
time mirror
is 'SELECT count(*) > 9990 FROM papaver.sites' t
compared
touched >once
time mirror >/dev/null
touched | diff once - >/dev/null || fail "a second run touched rows"
echo "the mirror equals the exports"
