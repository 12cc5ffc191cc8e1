#!/usr/bin/env bash
# Restores the database by pgBackRest, as the user who owns its files. BACKUP_CONFIG names pgBackRest's file.
#   --to TIME     to the state at that time, with its offset, such as 2026-03-02T08:00:00+08:00
#   --newest      to the newest state that the archive holds
#   --into FOLDER where the cluster shall lie; it must be empty, unless --over is said
#   --drill       restore the newest state into a folder of its own, look at it, throw it away: monthly, changes nothing
# The restored cluster is left stopped, at its state, with its log continued; docs/operations.md tells what comes next.
set -euo pipefail
export PGBACKREST_STANZA=zhifang PGBACKREST_CONFIG=${BACKUP_CONFIG:-/etc/pgbackrest/pgbackrest.conf}

fail() { echo "restore: $*" >&2; exit 1; }

to='' newest='' into='' over='' drill=''
while [ $# -gt 0 ]; do
    case $1 in
        --to) to=${2:-}; shift ;;
        --into) into=${2:-}; shift ;;
        --newest) newest=yes ;;
        --over) over=yes ;;
        --drill) drill=yes ;;
        *) fail "$1 is not understood: say --to TIME or --newest with --into FOLDER, or --drill." ;;
    esac
    [ $# -gt 0 ] && shift
done

[ "$(id -u)" -ne 0 ] || fail "Start it as the user who owns the database's files, not as root."
run=$(mktemp -d "${TMPDIR:-/tmp}/zhifang-restore-XXXXXX")
programs=$(cd /usr/lib/postgresql && printf '%s\n' */bin/pg_ctl | sort -V | tail -n 1)
programs=/usr/lib/postgresql/$(dirname -- "$programs")
tidy() {
    local status=$?
    [ ! -s "$into/postmaster.pid" ] || "$programs/pg_ctl" stop -D "$into" -m fast -w -s || true
    rm -rf "$run"
    exit "$status"
}
trap tidy EXIT
trap 'exit 1' INT TERM HUP

recovery=(--type=time --target-action=promote)
if [ -n "$to" ]; then
    [ -z "$newest$drill" ] || fail "Say --to TIME, --newest or --drill, one of them."
    [[ $to =~ (Z|[+-][0-9]{2}:?[0-9]{2})$ ]] || fail "$to has no offset: write for instance 2026-03-02T08:00:00+08:00."
    to=$(date -u -d "$to" '+%Y-%m-%d %H:%M:%S.%6N+00') || fail "$to is no time."
    recovery+=("--target=$to")
elif [ -n "$newest$drill" ]; then
    recovery=(--type=default)
else
    fail "Say --to TIME or --newest with --into FOLDER, or --drill."
fi
archiving=preserve
if [ -n "$drill" ]; then
    into=$run/data archiving=off
    mkdir -m 700 "$into"
fi
[ -n "$into" ] || fail "Say --into FOLDER."
if [ -e "$into/postmaster.pid" ]; then
    # Its number may mean nothing here (another container), so its socket is asked too: 2 is the answer of nobody.
    silent=0
    "$programs/pg_isready" -q -h "$(sed -n 5p "$into/postmaster.pid")" -p "$(sed -n 4p "$into/postmaster.pid")" || silent=$?
    if [ "$silent" -lt 2 ] || "$programs/pg_ctl" status -D "$into" >/dev/null; then
        fail "A server runs in $into: stop it first (Patroni too)."
    fi
    rm -f "$into/postmaster.pid"
fi
if [ -n "$(ls -A "$into" 2>/dev/null)" ]; then
    [ -n "$over" ] || fail "$into is not empty: say --over to write over it, or move it away."
    recovery+=(--delta)
fi
mkdir -p "$into"
chmod 700 "$into"

began=$SECONDS
pgbackrest restore "${recovery[@]}" --archive-mode="$archiving" --pg1-path="$into" ||
    fail "Nothing could be restored; the lines above say why."
copied=$((SECONDS - began))

# Its own small settings: on a socket that only we reach, nothing that the cluster's own file may say of the network.
{
    echo "listen_addresses = ''"
    echo "unix_socket_directories = '$run'"
    echo "port = 5432"
    echo "max_connections = 100"
    echo "max_worker_processes = 8"
    echo "max_wal_senders = 10"
    echo "shared_preload_libraries = ''"
    echo "hot_standby = off"
    [ -n "$drill" ] || echo "archive_mode = on"
    [ -n "$drill" ] || echo "archive_command = 'pgbackrest --config=$PGBACKREST_CONFIG --stanza=zhifang --pg1-path=$into archive-push \"%p\"'"
} >"$run/postgresql.conf"
echo "local all all trust" >"$run/pg_hba.conf"
: >"$run/pg_ident.conf"

explain() {
    tail -n 5 "$run/server.log" | sed 's/^/    /' >&2
    if grep -q 'recovery ended before configured recovery target' "$run/server.log"; then
        fail "The archive ends before that time: nothing was written after it. Say --newest for all that there is."
    fi
    fail "The restored cluster does not start; the lines above say why."
}
"$programs/pg_ctl" start -D "$into" -w -s -t 3600 -l "$run/server.log" -o \
    "-c config_file=$run/postgresql.conf -c data_directory=$into -c hba_file=$run/pg_hba.conf -c ident_file=$run/pg_ident.conf" || {
    explain
}
ask() { "$programs/psql" --no-psqlrc -X -A -t -h "$run" -U postgres -d "${2:-zhifang}" -c "$1"; }
until [ "$(ask 'SELECT pg_is_in_recovery()' postgres 2>/dev/null)" = f ]; do
    "$programs/pg_ctl" status -D "$into" >/dev/null || explain
    sleep 0.2
done
for setting in restore_command recovery_target_time recovery_target_action recovery_target_timeline archive_mode; do
    ask "ALTER SYSTEM RESET $setting" postgres >/dev/null
done

last=$(sed -n 's/.*last completed transaction was at log time //p' "$run/server.log" | tail -n 1)
schema=$(ask 'SELECT version_num FROM alembic_version') || fail "The restored database has no schema of the service."
rows=$(ask "SELECT format('%s receipts, %s positions, %s alerts, %s notices', (SELECT count(*) FROM attempts),
    (SELECT count(*) FROM positions), (SELECT count(*) FROM alerts), (SELECT count(*) FROM notices))")
broken=$("$programs/pg_amcheck" -h "$run" -U postgres -d zhifang --install-missing --no-dependent-toast --heapallindexed 2>&1) ||
    { [ -n "$drill" ] && fail "A restored table or index is damaged: $broken"; }
"$programs/pg_ctl" stop -D "$into" -m fast -w -s
echo "restore: ${drill:+drill: }the state of ${last:-the backup} is restored, schema $schema: $rows."
echo "restore: files $copied s, log and checks $((SECONDS - began - copied)) s, $(du -sh "$into" | cut -f 1)."
[ -z "$drill" ] || echo "restore: drill passed on $(date '+%Y-%m-%d %H:%M %z'); it changed nothing."
