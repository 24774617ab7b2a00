#!/bin/sh
# Set up .venv from a lock: `sh tools/setup.sh run` for using Chartwarden, `sh tools/setup.sh test` for working on it.
# Needs Python 3.11 or newer with its venv module, and a package registry; no root. Done again only when a lock,
# pyproject.toml or this folder's place has changed.
set -eu
cd "$(dirname "$0")/.."

case "${1:-}" in
  run) kinds="run" lock=requirements-run.lock ;;
  test) kinds="run test" lock=requirements.lock ;;
  *) echo "tools/setup.sh: expected run or test; found '${1:-}'" >&2; exit 2 ;;
esac

digest() { cat "$@" | cksum | tr ' ' '-'; }
inputs="$(digest pyproject.toml tools/tools.lock tools/setup.sh requirements.lock requirements-run.lock)"
stamp=".venv/set-up-for"
if [ -x .venv/bin/python ] && grep -qxF "$1 $inputs $PWD" "$stamp" 2>/dev/null; then
  exit 0
fi

python=""
for name in python3.11 python3.12 python3.13 python3 python; do
  if "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    python="$(command -v "$name")"
    break
  fi
done
if [ -z "$python" ]; then
  found="$(python3 --version 2>/dev/null || echo none)"
  echo "setting up: expected Python 3.11 or newer with its venv module (on Debian: python3-venv); found $found" >&2
  exit 2
fi

echo "Setting up .venv to $1 Chartwarden, with $("$python" --version) …" >&2
tools_stamp=".tools/set-up-for"
if ! grep -qxF "$(digest tools/tools.lock) $PWD" "$tools_stamp" 2>/dev/null; then
  "$python" -m venv --clear .tools
  .tools/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tools/tools.lock
  echo "$(digest tools/tools.lock) $PWD" > "$tools_stamp"
fi
uv=".tools/bin/uv"
"$uv" venv --quiet --clear --no-python-downloads --python "$python" .venv
"$uv" pip sync --quiet --python .venv/bin/python --require-hashes "$lock"
"$uv" pip install --quiet --python .venv/bin/python --no-deps --build-constraints tools/tools.lock --editable .
for kind in $kinds; do
  echo "$kind $inputs $PWD" >> "$stamp"
done
