# shellcheck shell=bash
# What every script begins with. Sets ROOT, the checkout, and goes there.
set -euo pipefail
umask 022  # folders that the database's user must be able to walk through; secrets are written with a mask of their own
ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd -P)
cd -- "$ROOT"
# shellcheck source=scripts/lib/say.sh
. scripts/lib/say.sh
# shellcheck source=scripts/lib/system.sh
. scripts/lib/system.sh
# shellcheck source=scripts/lib/place.sh
. scripts/lib/place.sh
# shellcheck source=scripts/lib/python.sh
. scripts/lib/python.sh
# shellcheck source=scripts/lib/install.sh
. scripts/lib/install.sh
# shellcheck source=scripts/lib/environment.sh
. scripts/lib/environment.sh
# shellcheck source=scripts/lib/failed_once.sh
. scripts/lib/failed_once.sh
