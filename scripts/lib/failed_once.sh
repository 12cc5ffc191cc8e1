# shellcheck shell=bash
# What is done about tests that failed beside all the others (docs/decisions/0052).
FAILED_ONCE_LIMIT=3
FAILED_TESTS=.pytest_cache/v/cache/lastfailed

# may_have_been_disturbed FILE: whether the tests that the file names are few, and none of them is a rule's. A rule works on
# values alone: no neighbour can disturb it.
may_have_been_disturbed() {
    local failed
    failed=$(grep -c '": true' "$1" 2>/dev/null) || return 1
    [ "$failed" -le "$FAILED_ONCE_LIMIT" ] && ! grep -q '"tests/rules/' "$1"
}

# ask_alone COMMAND...: asks the tests that failed once more, one after the other, and tells aloud what passes only then.
ask_alone() {
    local named
    may_have_been_disturbed "$FAILED_TESTS" || return 1
    named=$(grep '": true' "$FAILED_TESTS")
    say "Few failed, and none of them a rule's: they are asked once more, one after the other."
    "$@" -n 0 --last-failed || return 1
    say "PASSED ALONE, FAILED BESIDE THE OTHERS. A race of the test or of the service, to be found before anything else:"
    say "$named"
}
