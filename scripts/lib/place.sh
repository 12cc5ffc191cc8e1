# shellcheck shell=bash
# Where data go: DATA_DIR, by default var/ in the checkout, and whether there is room.

# Sets and exports DATA_DIR (absolute), and opens the log of the set-up in it.
choose_data_dir() {
    local asked=${DATA_DIR:-} fallback
    DATA_DIR=$(realpath -m -- "${asked:-$ROOT/var}")
    if [ "$EUID" -eq 0 ]; then fallback=/var/lib/zhifang; else fallback=${XDG_DATA_HOME:-$HOME/.local/share}/zhifang; fi
    if [ -z "$asked" ] && ! usable_folder "$DATA_DIR"; then
        if [ -d "$DATA_DIR" ] && [ "$EUID" -ne 0 ]; then
            fail "$DATA_DIR belongs to another user: start as that user, or choose another folder with DATA_DIR."
        fi
        say "$DATA_DIR is closed to the database's user or to us, so data go to $fallback (DATA_DIR chooses)."
        DATA_DIR=$fallback
    fi
    usable_folder "$DATA_DIR" || fail "No permission to use $DATA_DIR: choose another folder with DATA_DIR."
    export DATA_DIR
    mkdir -p "$DATA_DIR/log"
    SETUP_LOG=$DATA_DIR/log/setup.log
    : >>"$SETUP_LOG" || fail "No permission to write $SETUP_LOG: choose another folder with DATA_DIR."
}

# usable_folder FOLDER: makes it if need be; we must be able to write into it, and the database's user to walk into it.
usable_folder() {
    mkdir -p -- "$1" 2>/dev/null || { is_full "$1" && fail "The disk is full: $1 could not be made."; return 1; }
    [ -w "$1" ] || return 1
    # Root hands the database to another user. Any user who is neither root nor the folder's owner tells what that one can reach.
    [ "$EUID" -ne 0 ] || setpriv --reuid=65534 --regid=65534 --clear-groups -- test -x "$1"
}

# require_space FOLDER MEGABYTES WHAT
require_space() {
    local free
    free=$(free_megabytes "$1")
    [ "$free" -ge "$2" ] || fail "The disk is nearly full: for $3, $2 MB are needed at $1, and $free MB are left."
}

is_full() { [ "$(free_megabytes "$1")" -lt 5 ]; }

free_megabytes() {
    local folder=$1
    while [ ! -d "$folder" ]; do folder=$(dirname -- "$folder"); done
    df --output=avail --block-size=1M -- "$folder" | tail -n 1 | tr -d ' '
}
