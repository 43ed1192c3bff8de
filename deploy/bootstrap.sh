#!/bin/sh
# Makes .venv beside this checkout with exactly the packages of a lock file:
#
#     sh deploy/bootstrap.sh run     requirements/run.lock, what Echo needs
#     sh deploy/bootstrap.sh dev     requirements/dev.lock, the same and what the tests need
#
# Does nothing when .venv already fits. Needs Python 3.11 or later and nothing else: no root, no pip, no venv
# package. ECHO_PYTHON names the Python to use. Nothing outside of .venv is changed.

set -eu
cd "$(dirname "$0")/.."

kind=${1:-run}
lock=requirements/$kind.lock
venv=.venv
tools=$venv/bootstrap # uv and what was fetched to get it
system_certificates=/etc/ssl/certs/ca-certificates.crt

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "$*"
    exit 1
}

python_fits() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    for candidate in ${ECHO_PYTHON:+"$ECHO_PYTHON"} python3.11 python3.12 python3.13 python3.14 python3; do
        if python_fits "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    fail "Echo needs Python 3.11 or later, which was not found: install it (Debian: apt-get install python3)."
}

# What .venv was made from: a copy of the lock and the version of Python. dev holds everything that run does.
fits() {
    [ -x "$venv/bin/python" ] && [ -f "$venv/made-from-$1.lock" ] &&
        cmp -s "requirements/$1.lock" "$venv/made-from-$1.lock" &&
        [ "$("$venv/bin/python" -VV 2>&1)" = "$(cat "$venv/made-with" 2>/dev/null)" ]
}

start_afresh() {
    if [ -e "$venv" ] && { [ ! -w "$venv" ] || ! rm -rf "$venv"; }; then
        fail "$PWD/$venv does not fit and is not ours to replace: remove it, or run this as its owner ($(owner "$venv"))."
    fi
    mkdir "$venv" 2>/dev/null || fail "$PWD is not ours to write: run this as its owner ($(owner .))."
}

owner() { ls -ld "$1" | awk '{print $3}'; }

# uv does not read pip's settings: hand over a package index or certificates that were set for pip.
settings_for_uv() {
    if [ -z "${UV_DEFAULT_INDEX:-}" ]; then
        index=${PIP_INDEX_URL:-}
        for file in "${PIP_CONFIG_FILE:-}" "${HOME:-}/.config/pip/pip.conf" "${HOME:-}/.pip/pip.conf" /etc/pip.conf; do
            [ -n "$index" ] || [ ! -r "$file" ] || index=$(sed -n 's/^ *index-url *[=:] *//p' "$file" | head -n 1)
        done
        [ -z "$index" ] || export UV_DEFAULT_INDEX="$index"
    fi
    if [ -z "${SSL_CERT_FILE:-}" ] && [ -r "${PIP_CERT:-$system_certificates}" ]; then
        export SSL_CERT_FILE="${PIP_CERT:-$system_certificates}"
    fi
}

sync_with() { "$1" pip sync --quiet --require-hashes --python "$venv/bin/python" "$lock"; }

# The pip that comes with Python: its wheel runs without being installed, which saves three seconds.
bundled_pip() {
    "$venv/bin/python" - <<'PYTHON'
import glob, os, sys

folders = ["/usr/share/python-wheels"]
try:
    import ensurepip
except ImportError:
    pass
else:
    folders.insert(0, os.path.join(os.path.dirname(ensurepip.__file__), "_bundled"))
found = [wheel for folder in folders for wheel in sorted(glob.glob(os.path.join(folder, "pip-*.whl")))]
sys.exit(1) if not found else print(os.path.join(found[-1], "pip"))
PYTHON
}

# apt with its state in a folder of ours, as any user; the lists of the system are used while they are fresh.
private_apt() {
    apt=$PWD/$tools/apt
    mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/root"
    command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || return 1
    set -- -q -q -o "Dir::Cache=$apt/cache" -o Debug::NoLocking=1 -o "APT::Sandbox::User=$(id -un)" "$@"
    (cd "$apt" && apt-get "$@") >>"$apt/log" 2>&1
}

debian_package() {
    lists="Dir::State::lists=$PWD/$tools/apt/lists"
    private_apt download "$1" || {
        private_apt -o "$lists" update || true # hooks of the system may fail for a user who is not root
        private_apt -o "$lists" download "$1" || return 1
    }
    dpkg-deb -x "$tools/apt/$1"_*.deb "$tools/apt/root"
}

# Debian's pip trusts the system's certificates only, and a small Debian has none.
certificates() {
    if [ -z "${PIP_CERT:-}" ] && [ -r "${SSL_CERT_FILE:-}" ]; then
        export PIP_CERT="$SSL_CERT_FILE"
    fi
    if [ -n "${PIP_CERT:-}" ] || [ -r "$system_certificates" ] || ! command -v apt-get >/dev/null; then
        return
    fi
    say "Fetching certificates, which this system does not have ..."
    if debian_package ca-certificates; then
        cat "$tools"/apt/root/usr/share/ca-certificates/mozilla/*.crt >"$venv/ca-certificates.crt"
        export PIP_CERT="$PWD/$venv/ca-certificates.crt"
    fi
}

find_pip() {
    pip=$(bundled_pip) && return
    say "Fetching pip, which this Python does not have ..."
    debian_package python3-pip-whl || fail "Python's pip is missing: install it (Debian: apt-get install python3-venv)."
    pip=$(echo "$tools"/apt/root/usr/share/python-wheels/pip-*.whl)/pip
}

run_pip() { "$venv/bin/python" "$pip" --disable-pip-version-check --no-input --quiet "$@"; }

# From pip to uv, which is ten times faster; where there is no uv to be had, pip does it all.
install_with_pip() {
    certificates
    find_pip
    settings_for_uv
    if run_pip install --no-deps --only-binary :all: --require-hashes --target "$tools/uv" \
        -r requirements/bootstrap.lock && sync_with "$tools/uv/bin/uv"; then
        return
    fi
    say "Installing with pip, which takes longer ..."
    run_pip install --no-deps --require-hashes -r "$lock"
}

launcher() {
    # site-packages/../../../.. is the checkout, wherever it is moved to
    echo ../../../.. >"$(echo "$venv"/lib/python3*/site-packages)/echo-checkout.pth"
    cat >"$venv/bin/echoctl" <<'SH'
#!/bin/sh
# Runs Echo from the checkout around this environment. Made by deploy/bootstrap.sh.
here=$(dirname "$(readlink -f "$0")")
if [ -z "${SSL_CERT_FILE:-}" ] && [ -r "$here/../ca-certificates.crt" ]; then
    export SSL_CERT_FILE="$here/../ca-certificates.crt" # this system has none of its own
fi
unset PYTHONDONTWRITEBYTECODE # every start would take a second and a half longer
exec "$here/python" -P -m echo.cli.main "$@"
SH
    chmod 755 "$venv/bin/echoctl"
}

[ -f "$lock" ] || fail "There is no $lock."
if fits "$kind" || { [ "$kind" = run ] && fits dev; }; then
    exit 0
fi

python=$(find_python)
say "Preparing $venv with $("$python" -V) ..."
start_afresh
"$python" -m venv --without-pip "$venv" ||
    fail "$python cannot make environments: install all of Python (Debian: apt-get install python3)."
if ! { command -v uv >/dev/null && uv --version >/dev/null 2>&1 && settings_for_uv && sync_with uv; }; then
    install_with_pip || fail "The packages could not be installed; the reason is above."
fi
launcher
rm -rf "$tools/apt"
"$venv/bin/python" -VV >"$venv/made-with"
cp "$lock" "$venv/made-from-$kind.lock"
