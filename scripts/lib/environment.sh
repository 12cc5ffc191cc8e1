# shellcheck shell=bash
# The environment of the service: its secrets, its database, its settings for the demo.

# Exports the settings of the demo. Whatever the caller has set already stays as it is.
load_settings() {
    export PORT=${PORT:-8000}
    [[ $PORT =~ ^[0-9]+$ ]] || fail "PORT must be a number, not '$PORT'."
    export ZHIFANG_MODE=${ZHIFANG_MODE:-demo}
    if [ "$ZHIFANG_MODE" = demo ]; then
        export ZHIFANG_POLICY=${ZHIFANG_POLICY:-demo}
        # The demo's push server plays Google's, and accepts this log-in of its own (write_push_login).
        export ZHIFANG_FCM_URL=${ZHIFANG_FCM_URL:-http://127.0.0.1:$((PORT + 1))}
        export ZHIFANG_FCM_CREDENTIALS=${ZHIFANG_FCM_CREDENTIALS:-$DATA_DIR/push/fake-fcm-service-account.json}
    fi
    if [ -z "${ZHIFANG_FILES_BUCKET:-}" ]; then
        # Attachments of case files, sealed; the folder has to be there before anything is kept in it.
        export ZHIFANG_FILES_FOLDER=${ZHIFANG_FILES_FOLDER:-$DATA_DIR/files}
        (umask 077 && mkdir -p "$ZHIFANG_FILES_FOLDER")
    fi
    [ -s "$DATA_DIR/secrets.env" ] || make_secrets
    local line
    while read -r line; do
        local name=${line%%=*}
        [[ $name == ZHIFANG_* && -z ${!name:-} ]] && export "$name=${line#*=}"
    done <"$DATA_DIR/secrets.env"
}

# Writes the log-in that the demo's push server will accept: everything else reads it when it starts. The key stays the
# same from start to start; the address in it follows PORT.
write_push_login() {
    mkdir -p "$DATA_DIR/push"
    "$PYTHON" - "$DATA_DIR/push" "http://127.0.0.1:$((PORT + 1))" <<'PYTHON'
import sys
from pathlib import Path

from app.simulation.fake_fcm import LOGIN_PATH
from app.simulation.fake_fcm_account import open_account

folder, address = sys.argv[1:]
open_account(Path(folder), address + LOGIN_PATH)
PYTHON
}

# Drawn once for each DATA_DIR, and readable by its owner alone.
make_secrets() (
    umask 077
    {
        echo "# Drawn at the first start. Whoever loses the identity keys cannot read the identity numbers any more."
        for name in TOKEN_SECRET WEB_SECRET WINDOW_SECRET IDENTITY_KEY IDENTITY_HASH_KEY; do
            echo "ZHIFANG_$name=$(head -c 32 /dev/urandom | base64 -w 0)"
        done
        # Typed by people: no letters that look alike.
        echo "ZHIFANG_DEMO_PASSWORD=$(head -c 4096 /dev/urandom | tr -dc 'abcdefghjkmnpqrstuvwxyz23456789' | cut -c 1-12)"
    } >"$DATA_DIR/secrets.new" && mv "$DATA_DIR/secrets.new" "$DATA_DIR/secrets.env"
)

# Exports the addresses of the database: the caller's DATABASE_URL, or those of the private cluster, started if need be.
# Everyone who uses the cluster holds a shared lock on it; the last one to leave stops it.
open_database() {
    if [ -n "${DATABASE_URL:-}" ]; then
        export DATABASE_URL MIGRATION_DATABASE_URL=${MIGRATION_DATABASE_URL:-$DATABASE_URL}
        return
    fi
    local addresses line
    exec 8>"$DATA_DIR/database.lock" 7>"$DATA_DIR/database-start.lock"
    flock --shared 8
    flock 7
    addresses=$("$PYTHON" -m app.simulation.cluster_command start "$DATA_DIR/pg" 2>"$DATA_DIR/log/database-start.log") ||
        fail_for_database
    exec 7>&-
    while read -r line; do export "${line?}"; done <<<"$addresses"
}

fail_for_database() {
    local reason
    reason=$(tail -n 1 "$DATA_DIR/log/database-start.log")
    if tells_of_full_disk "$reason"; then fail "The disk is full, so the database cannot start. $reason"; fi
    fail "$reason The server's own log is $DATA_DIR/pg/server.log."
}

# Stops the private cluster, unless somebody else still uses it.
close_database() {
    [ -e /proc/self/fd/8 ] || return 0
    if flock --exclusive --nonblock 8; then
        "$PYTHON" -m app.simulation.cluster_command stop "$DATA_DIR/pg" || true
    fi
    exec 8>&-
}
