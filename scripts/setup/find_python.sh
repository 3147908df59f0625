#!/bin/sh
# Prints the path of a Python that can run Snags (3.11 or newer, with venv), or says what to install.
#   find_python.sh         the machine's own; PYTHON=/path/to/python chooses one by hand
#   find_python.sh 3.13    exactly that version, also one that pyenv keeps without its being selected

wanted=$1
if [ -n "$wanted" ]; then
    candidates="python$wanted $(ls -d "${PYENV_ROOT:-$HOME/.pyenv}/versions/$wanted"*"/bin/python$wanted" 2>/dev/null)"
else
    candidates=${PYTHON:-python3 python3.13 python3.12 python3.11}
fi

seen=""
for candidate in $candidates; do
    command -v "$candidate" >/dev/null 2>&1 || continue
    version=$("$candidate" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
    if ! "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
        seen="$seen $candidate is Python $version;"
    elif ! "$candidate" -c 'import venv, ensurepip' >/dev/null 2>&1; then
        seen="$seen $candidate is Python $version without its venv module;"
    else
        exec "$candidate" -c 'import sys; print(sys.executable)'
    fi
done

{
    echo "snags: set-up needs Python ${wanted:-3.11 or newer} with its venv module, and found none.${seen:+ Found:$seen}"
    echo "  Debian, Ubuntu:  apt-get install python3 python3-venv   (as root, or with sudo)"
    echo "  macOS:           brew install python@3.13"
    echo "  another place:   make PYTHON=/path/to/python3 ..."
} >&2
exit 1
