"""Makes ``.venv`` by the lock file: ``python3 -m scripts.setup.environment [--dev]``.

Without ``--dev`` only what Snags needs to run is installed; with it, also what its tests need. Doing it
again does nothing until the lock file, the Python or the place of the checkout has changed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from scripts.setup.steps import ROOT, STATE, SetupFailed, digest_of_files, main, run_logged, step

ENVIRONMENT = Path(os.environ.get("UV_PROJECT_ENVIRONMENT", ".venv"))
VENV = ROOT / ENVIRONMENT
PYTHON = VENV / "bin" / "python"
UV_PINS = "scripts/setup/uv.txt"
LOG = STATE / "environment.log"

ASK_BASE = "import sys; print(sys.base_prefix, sys.version_info[:3])"


def prepare(arguments: list[str]) -> int:
    """Bring the environment up to date; says nothing where it is."""
    scope = "dev" if "--dev" in arguments else "run"
    wanted = digest_of_files(
        "uv.lock", "pyproject.toml", UV_PINS, also=f"{ROOT} {_base_of(sys.executable)}"
    )
    if _is_current(scope, wanted):
        return 0
    _ensure_venv()
    _ensure_uv()
    _sync(scope)
    (VENV / f".snags-{scope}").write_text(wanted, encoding="utf-8")
    return 0


def _is_current(scope: str, wanted: str) -> bool:
    """True where this scope, or the larger one, was installed from the same files."""
    stamps = [VENV / ".snags-dev"] if scope == "dev" else [VENV / ".snags-dev", VENV / ".snags-run"]
    same = any(stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted for stamp in stamps)
    return same and (VENV / "bin" / "snags").exists() and _base_of(str(PYTHON)) is not None


def _base_of(python: str) -> str | None:
    """Which Python an interpreter comes from, or None where it does not run."""
    try:
        asked = subprocess.run(
            [python, "-c", ASK_BASE], capture_output=True, text=True, check=False
        )
    except OSError:
        return None
    return asked.stdout.strip() if asked.returncode == 0 else None


def _ensure_venv() -> None:
    """Make the virtual environment, or make it anew where it belongs to another Python or place."""
    if VENV.exists() and not (
        _base_of(str(PYTHON)) == _base_of(sys.executable) and _knows_its_place()
    ):
        with step(
            f"removing {ENVIRONMENT}, which was made with another Python or at another place"
        ):
            shutil.rmtree(VENV)
    if PYTHON.exists():
        return
    version = ".".join(map(str, sys.version_info[:3]))
    with step(f"virtual environment {ENVIRONMENT} with Python {version}"):
        code, tail = run_logged([sys.executable, "-m", "venv", str(VENV)], LOG)
        if code != 0:
            shutil.rmtree(VENV, ignore_errors=True)
            raise SetupFailed(
                f"python -m venv failed:\n{tail}",
                "On Debian and Ubuntu: apt-get install python3-venv (as root, or with sudo).",
            )


def _knows_its_place() -> bool:
    """A moved checkout leaves scripts behind that start the old place's Python."""
    script = VENV / "bin" / "pip"
    return script.is_file() and str(VENV) in script.read_text(encoding="utf-8", errors="replace")


def _ensure_uv() -> None:
    stamp = VENV / ".snags-uv"
    wanted = digest_of_files(UV_PINS)
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return
    with step("uv, which installs by lock file"):
        pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        code, tail = run_logged([*pip, "--require-hashes", "--requirement", UV_PINS], LOG)
        if code != 0:
            raise SetupFailed(
                f"uv could not be installed from PyPI:\n{tail}",
                "Check the network (PyPI must be reachable), then run the same command again.",
            )
        stamp.write_text(wanted, encoding="utf-8")


def _sync(scope: str) -> None:
    """Install by lock file. The smaller scope removes nothing, so that both can take turns."""
    groups = (
        ["--all-groups"]
        if scope == "dev"
        else ["--no-default-groups", "--group", "setup", "--inexact"]
    )
    command = [str(VENV / "bin" / "uv"), "sync", "--locked", "--no-progress", *groups]
    what = "packages to run and to test" if scope == "dev" else "packages to run"
    with step(f"Python {what}, by uv.lock"):
        for attempt in (1, 2):
            code, tail = run_logged(command, LOG, env=_uv_environment())
            if code == 0:
                return
            if attempt == 2 or "needs to be updated" in tail:
                break
        raise SetupFailed(
            f"uv sync failed (whole log: {LOG.relative_to(ROOT)}):\n{tail}",
            "If the lock file is out of date: .venv/bin/uv lock. "
            "If a download failed: check the network and run the same command again.",
        )


def _uv_environment() -> dict[str, str]:
    """Make uv use our environment and our Python, whatever the shell has activated."""
    inherited = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    ours = {
        "UV_PROJECT_ENVIRONMENT": str(VENV),
        "UV_PYTHON": str(PYTHON),
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_HTTP_TIMEOUT": inherited.get("UV_HTTP_TIMEOUT", "120"),
    }
    return {**inherited, **ours}


if __name__ == "__main__":
    main(prepare)
