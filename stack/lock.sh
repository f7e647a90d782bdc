#!/bin/sh
# Pins the newest versions of all requirements, with hashes and without addresses: Python's, the gateway's and the browser's.
set -eu
cd "$(dirname "$0")/.."

# uv resolves for every platform and Python at once, which pip does not; it lives beside the stack's own things.
uv=$(command -v uv || true)
if [ -z "$uv" ]; then
    [ -x .local/lock/bin/uv ] || { .venv/bin/python -m venv .local/lock && .local/lock/bin/pip install --quiet uv; }
    uv=.local/lock/bin/uv
fi

pin() {
    "$uv" pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
        --no-header --no-annotate --no-emit-index-url --no-emit-find-links "$@"
}

pin requirements.in --output-file requirements.txt
pin requirements-dev.in --constraints requirements.txt --output-file requirements-dev.txt

for folder in router stack/browser; do
    .venv/bin/python -m stack.node npm update --prefix "$folder" --package-lock-only --no-audit --no-fund
done
git diff --stat -- requirements.txt requirements-dev.txt router/package-lock.json stack/browser/package-lock.json
