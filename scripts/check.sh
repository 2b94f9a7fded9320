#!/usr/bin/env bash
# Installs what the checks need if it is missing, then runs all of them.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh check
exec make check
