# shellcheck shell=bash
# The Python side: a virtual environment with exactly the packages of a lock file, and the one script of the pages.

# install_python KIND: KIND is runtime or development (which holds runtime). Sets VENV and PYTHON.
# shellcheck disable=SC2034  # PYTHON is read by the scripts
install_python() {
    local kind=$1 wanted
    wanted=$(sha256sum <"$ROOT/requirements/$kind.txt" | cut -d ' ' -f 1)
    VENV=$ROOT/.venv
    if [ ! -w "$ROOT" ] && ! is_installed "$kind" "$wanted"; then
        VENV=$DATA_DIR/venv  # somebody else's checkout: its own environment is not ours to change
    fi
    PYTHON=$VENV/bin/python
    is_installed "$kind" "$wanted" && return
    require_space "$(dirname "$VENV")" 900 "the Python packages"
    step "Making the Python environment $VENV" make_environment
    step "Installing the Python packages of requirements/$kind.txt" install_locked "$kind"
    [ "$kind" = runtime ] || sha256sum <"$ROOT/requirements/runtime.txt" | cut -d ' ' -f 1 >"$VENV/runtime.installed"
    printf '%s\n' "$wanted" >"$VENV/$kind.installed"
}

# is_installed KIND HASH: the environment runs, and holds what the lock file says.
is_installed() {
    [ "$(cat "$VENV/$1.installed" 2>/dev/null)" = "$2" ] && "$VENV/bin/python" -c 'import sys' 2>/dev/null
}

# The system's Python, whatever else is first on PATH: the same on every machine of that system.
make_environment() {
    "$VENV/bin/python" -c 'import pip' 2>/dev/null && return
    /usr/bin/python3 -m venv --clear "$VENV"
}

install_locked() {
    rm -f "$VENV/$1.installed"
    "$VENV/bin/python" -m pip install --disable-pip-version-check --no-input --no-deps --require-hashes \
        -r "$ROOT/requirements/$1.txt"
}

# The pages' script comes in a Python package made for another framework; we take the one file out of it.
install_htmx() {
    local target=$ROOT/app/web/static/vendor/htmx.min.js wanted
    wanted=$(sha256sum <"$ROOT/requirements/htmx.txt" | cut -d ' ' -f 1)
    [ -s "$target" ] && [ "$(cat "$target.version" 2>/dev/null)" = "$wanted" ] && return
    if [ ! -w "$ROOT" ]; then
        [ -s "$target" ] && return
        fail "$target is missing and $ROOT is not writable: let its owner start once."
    fi
    step "Fetching the pages' script (htmx)" fetch_htmx "$target"
    printf '%s\n' "$wanted" >"$target.version"
}

fetch_htmx() {
    local room
    room=$(mktemp -d) || return
    "$VENV/bin/python" -m pip download --disable-pip-version-check --no-input --no-deps --only-binary=:all: \
        --require-hashes -d "$room" -r "$ROOT/requirements/htmx.txt" &&
        "$VENV/bin/python" -m zipfile -e "$room"/*.whl "$room/wheel" &&
        mkdir -p "$(dirname "$1")" &&
        cp "$room/wheel/django_htmx/static/django_htmx/htmx-2.min.js" "$1"
    local outcome=$?
    rm -rf "$room"
    return "$outcome"
}
