#!/usr/bin/env bash
# Makes the virtual environment, or says what is missing and how to get it.
set -euo pipefail
python=$1
venv=$2

lacking() {
    printf '\nkebao: %s\n' "$1" >&2
    exit 1
}

command -v "$python" >/dev/null ||
    lacking "python3 is not found. On Debian or Ubuntu: apt-get install python3 python3-venv"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    lacking "Python 3.11 or later is needed, $python is $("$python" -V 2>&1). Say which: make PYTHON=python3.12 …"
"$python" -c 'import ensurepip, venv' 2>/dev/null ||
    lacking "the venv module is missing. On Debian or Ubuntu: apt-get install python3-venv"
command -v cargo >/dev/null ||
    lacking "cargo is not found. Install Rust from https://rustup.rs"
wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
found=$(cargo --version | sed 's/^cargo \([0-9.]*\).*/\1/')
[ "$(printf '%s\n' "$wanted" "$found" | sort -V | head -n 1)" = "$wanted" ] ||
    lacking "Rust $wanted or later is needed, cargo is $found. With rustup: rustup update"

echo "making $venv with $("$python" -V 2>&1)"
"$python" -m venv "$venv"
