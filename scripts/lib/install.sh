# shellcheck shell=bash
# Everything that a purpose needs, in order. Costs well under a second when all of it is there.

# install_for image|run|layout|test|bench|chaos|alarm-quality
install_for() {
    # BabelStone Han: the Chinese face inside the PDFs of records (app/clients/pdf_papers.py)
    local packages=(python3 python3-venv fonts-babelstone-han)
    case $1 in
        run) [ -n "${DATABASE_URL:-}" ] || mapfile -t -O "${#packages[@]}" packages < <(database_packages) ;;
        layout) mapfile -t -O "${#packages[@]}" packages < <(database_packages && layout_packages) ;;
        test)
            if [ -z "${TEST_DATABASE_URL:-}" ]; then
                mapfile -t -O "${#packages[@]}" packages < <(database_packages)
                mapfile -t -O "${#packages[@]}" packages < <(layout_packages)
            fi
            packages+=(fonts-noto-cjk libfaketime)
            # Ubuntu's chromium is no package but a snap; there Playwright fetches its own (install_browser).
            [ "$SYSTEM" != debian ] || packages+=(chromium)
            ;;
        alarm-quality) mapfile -t -O "${#packages[@]}" packages < <(database_packages) ;;
        bench)
            mapfile -t -O "${#packages[@]}" packages < <(database_packages)
            packages+=(wrk)
            ;;
        chaos)
            mapfile -t -O "${#packages[@]}" packages < <(database_packages)
            packages+=(libfaketime) # another time of day for single processes
            ;;
    esac
    exec 6>"$DATA_DIR/setup.lock"
    flock --nonblock 6 || { say "Waiting for another start that is installing ..."; flock 6; }
    case $1 in
        layout | test) install_unstarted "${packages[@]}" ;;
        *) install_packages "${packages[@]}" ;;
    esac
    if [ "$1" = test ]; then install_python development; else install_python runtime; fi
    install_page_scripts
    [ "$1" != test ] || install_browser
    exec 6>&-
}

# Sets ZHIFANG_CHROMIUM where the system has a Chromium of its own.
install_browser() {
    if [ "$SYSTEM" = debian ]; then
        export ZHIFANG_CHROMIUM=/usr/bin/chromium
    elif ! compgen -G "${PLAYWRIGHT_BROWSERS_PATH:-$HOME/.cache/ms-playwright}/chromium*" >/dev/null; then
        step "Fetching Chromium for the tests of the pages" "$VENV/bin/playwright" install --with-deps chromium
    fi
}
