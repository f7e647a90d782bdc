#!/bin/sh
# Installs what the project needs below its own folder: .venv (Python, servers, Node.js) and router/node_modules.
# Does nothing where the pinned requirements are those that were installed last.
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
        if is_new_enough "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    say "Python 3.11 or newer is needed; ${PYTHON:-python3} is $("${PYTHON:-python3}" --version 2>&1 || true)."
    say "Install one beside it and name it: make setup PYTHON=python3.12"
    exit 1
}

make_environment() {
    python=$(find_python)
    say "Making .venv with $("$python" --version)"
    if ! "$python" -m venv .venv; then
        rm -rf .venv
        say "$python cannot make a virtual environment (on Debian and Ubuntu: the package python3-venv is missing)."
        exit 1
    fi
}

install_python_packages() {
    installed=.venv/installed-requirements.txt
    cmp -s requirements-dev.txt "$installed" && return
    say "Installing the Python packages, servers and Node.js among them"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
    cp requirements-dev.txt "$installed"
}

install_node_packages() {
    installed=router/node_modules/installed-package-lock.json
    cmp -s router/package-lock.json "$installed" && return
    say "Installing the gateway's packages"
    (cd router && PYTHONPATH=.. ../.venv/bin/python -m stack.node npm ci --no-audit --no-fund --loglevel=error)
    cp router/package-lock.json "$installed"
}

[ -x .venv/bin/python ] && is_new_enough .venv/bin/python || make_environment
install_python_packages
install_node_packages
