#!/usr/bin/env bash
# Backups with pgBackRest, as the user who owns the database's files. BACKUP_CONFIG names its file. Words:
#   prepare            make the repository's place for this cluster, and look that the log is archived
#   check              close the log's file and wait until it is archived
#   full | diff | incr make a backup; a diff holds what changed since the last full one
#   list               what there is
#   recent             whether the newest backup is younger than 26 hours
#   nightly            for ever: each night at BACKUP_AT (02:30) a diff, on Sundays a full one
set -euo pipefail
export PGBACKREST_STANZA=zhifang PGBACKREST_CONFIG=${BACKUP_CONFIG:-/etc/pgbackrest/pgbackrest.conf}

fail() { echo "backup: $*" >&2; exit 1; }

make() {
    local began=$SECONDS
    pgbackrest backup --type="$1" || fail "The $1 backup failed; the lines above say why."
    echo "backup: $1 backup made in $((SECONDS - began)) s: $(newest)"
}

newest() { pgbackrest info --output=text | sed -n 's/^ *\(full\|diff\|incr\) backup: //p' | tail -n 1; }

# nightly: a failed night is said and the next one is waited for; the alarm is the age of the newest backup.
nightly() {
    local now next kind
    while :; do
        now=$(date +%s)
        next=$(date -d "${BACKUP_AT:-02:30}" +%s)
        [ "$next" -gt "$now" ] || next=$(date -d "tomorrow ${BACKUP_AT:-02:30}" +%s)
        sleep "$((next - now))" & wait $!
        kind='diff'
        [ "$(date +%u)" != 7 ] || kind=full
        (make "$kind") || echo "backup: tonight's backup is missing." >&2
    done
}

case ${1:-} in
    prepare)
        pgbackrest stanza-create || fail "The repository cannot be made; the lines above say why."
        pgbackrest check || fail "The log does not reach the repository; the lines above say why."
        echo "backup: the repository is there and the log reaches it."
        ;;
    check)
        pgbackrest check || fail "The log does not reach the repository; the lines above say why."
        echo "backup: everything written so far is in the repository."
        ;;
    full | diff | incr) make "$1" ;;
    list) pgbackrest info ;;
    recent)
        # Labels tell the time of the start in the zone of whoever made them, so the age is asked of the figures instead.
        stop=$(pgbackrest info --output=json | grep -o '"stop":[0-9]\+' | tail -n 1 | cut -d : -f 2)
        age=$((($(date +%s) - ${stop:-0}) / 3600))
        [ "$age" -lt 26 ] || fail "The newest backup is $age hours old."
        echo "backup: the newest backup is $age hours old."
        ;;
    nightly) trap 'exit 0' TERM INT; nightly ;;
    *) fail "Say prepare, check, full, diff, incr, list, recent or nightly." ;;
esac
