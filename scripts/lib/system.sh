# shellcheck shell=bash
# The machine: which systems we know, and what their package manager has to bring.

# Sets SYSTEM and the major version of PostgreSQL that the distribution carries.
# shellcheck disable=SC2034  # SYSTEM is read in install.sh
require_known_system() {
    local system='an unknown system' name=''
    if [ -r /etc/os-release ]; then
        system=$(. /etc/os-release && printf '%s' "${ID:-} ${VERSION_ID:-}")
        name=$(. /etc/os-release && printf '%s' "${PRETTY_NAME:-}")
    fi
    case $system in
        'debian 12') SYSTEM=debian POSTGRES=15 ;;
        'ubuntu 24.04') SYSTEM=ubuntu POSTGRES=16 ;;
        *) fail "This runs on Debian 12 and on Ubuntu 24.04, and this machine has ${name:-$system}." ;;
    esac
}

# database_packages: what a private database cluster needs.
database_packages() {
    printf '%s\n' "postgresql-$POSTGRES" "postgresql-$POSTGRES-postgis-3" "postgresql-$POSTGRES-postgis-3-scripts"
}

# layout_packages: what the tests of two of everything need (app/simulation/layout), the same as in its containers. Each
# brings a service of its own, which nobody here uses.
layout_packages() {
    printf '%s\n' etcd-client etcd-server gettext-base haproxy patroni pgbackrest pgbouncer
}

# install_unstarted NAME...: as install_packages, and what a package would start is not started, now or at the next boot.
install_unstarted() (
    local guard=/usr/sbin/policy-rc.d services
    mapfile -t services < <(missing_packages etcd-server haproxy patroni pgbouncer)
    [ -n "$(missing_packages "$@")" ] || return 0
    if [ ! -e "$guard" ]; then
        trap 'as_root rm -f "$guard"' EXIT
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$guard" >/dev/null
        as_root chmod 755 "$guard"
    fi
    install_packages "$@"
    if [ "${#services[@]}" -gt 0 ] && command -v systemctl >/dev/null; then
        as_root systemctl disable --quiet "${services[@]/etcd-server/etcd}" >>"$SETUP_LOG" 2>&1 || true
    fi
)

# install_packages NAME...: installs what is missing, and touches neither the network nor sudo when nothing is.
install_packages() {
    local missing
    mapfile -t missing < <(missing_packages "$@")
    [ "${#missing[@]}" -gt 0 ] || return 0
    if [ "$EUID" -ne 0 ] && ! command -v sudo >/dev/null; then
        fail "Packages are missing (${missing[*]}) and there is no sudo: start once as root, or have them installed."
    fi
    require_space / 1000 "the packages that are missing"
    step "Reading the lists of packages" as_root apt-get update -qq
    step "Installing ${missing[*]}" as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -qq --yes --no-install-recommends -o DPkg::Lock::Timeout=300 "${missing[@]}"
}

missing_packages() {
    local installed name
    # dpkg-query fails when it knows one of them not at all; what it says about the others counts.
    installed=$(dpkg-query -W -f='${db:Status-Abbrev}${Package}\n' "$@" 2>/dev/null || true)
    for name in "$@"; do
        grep -qxF "ii $name" <<<"$installed" || printf '%s\n' "$name"
    done
}

as_root() {
    if [ "$EUID" -eq 0 ]; then "$@"; else sudo "$@"; fi
}
