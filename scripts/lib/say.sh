# shellcheck shell=bash
# How the scripts speak: what they are doing, on standard error, and one clear sentence when they cannot go on.

say() { printf '%s\n' "$*" >&2; }

fail() {
    printf '\nzhifang: %s\n' "$*" >&2
    exit 1
}

# step TITLE COMMAND...: runs the command quietly, its output in SETUP_LOG. When it fails, shows the end of that output
# and ends the script with the cause, where it is a common one.
step() {
    local title=$1 began=$SECONDS before
    shift
    before=$(wc -c <"$SETUP_LOG")
    printf '%s ... ' "$title" >&2
    if "$@" >>"$SETUP_LOG" 2>&1 </dev/null; then
        say "done ($((SECONDS - began)) s)"
        return
    fi
    say "failed"
    tail -c "+$((before + 1))" "$SETUP_LOG" | tail -n 15 | sed 's/^/    /' >&2
    fail "$(cause_of_failure "$before") The step was: $title. Its whole output is in $SETUP_LOG."
}

# cause_of_failure OFFSET: a sentence for what SETUP_LOG says from that byte on.
cause_of_failure() {
    local output
    output=$(tail -c "+$(($1 + 1))" "$SETUP_LOG")
    if tells_of_full_disk "$output"; then
        echo "The disk is full."
        return
    fi
    case $output in
        *'connection to server'* | *'could not translate host name'*) echo "The database cannot be reached." ;;
        *'Temporary failure'* | *'Failed to fetch'* | *'Network is unreachable'* | *'Failed to establish a new connection'* \
            | *'Could not resolve'* | *'Unable to locate package'* | *'No matching distribution'*)
            echo "Something is missing on this machine and could not be fetched: the first start needs the network." ;;
        *'a password is required'* | *'a terminal is required'* | *'not in the sudoers'*)
            echo "Something is missing on this machine, and this user may not install it: start once as root." ;;
        *'Permission denied'*) echo "There is no permission for something that the step needs." ;;
        *) echo "It did not work." ;;
    esac
}

# tells_of_full_disk TEXT: whether the text does, or the disk itself: a full one takes no message either.
tells_of_full_disk() {
    case $1 in
        *'No space left on device'* | *'could not extend file'* | *"don't have enough free space"*) return ;;
    esac
    is_full "$DATA_DIR"
}
