#!/usr/bin/env bash
# Installs what the checks need if it is missing, then runs all of them, and the TAP tests once more on the
# newest release of PostgreSQL, which is fetched.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh check
make check
scripts/check-versions.sh 18
