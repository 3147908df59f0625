"""Brings a headless Chromium: ``python3 -m scripts.setup.browser start | wait | install | status``.

``start`` installs in the background, so that a first report never waits for it; ``wait`` returns when a
browser is there. Ways, in order: one that is installed already; Debian's ``chromium-headless-shell``, else
``chromium`` (root, or sudo without a question; with a terminal in front sudo may ask); Playwright's own
build; on macOS at last Homebrew's Chrome. What happened is in build/setup/browser.json and browser.log.
"""

from __future__ import annotations

import fcntl
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager

from graph.browser import find_browser
from scripts.setup.debian import apt_get, as_root
from scripts.setup.steps import ROOT, STATE, SetupFailed, main, run_logged, step

LOG = STATE / "browser.log"
STATE_FILE = STATE / "browser.json"
LOCK = STATE / "browser.lock"
BESIDE_IT = ("fonts-liberation", "libatomic1")
"""A bare machine draws every letter as an empty box without fonts; Playwright's driver needs the library."""

REMEDY = (
    "Debian: apt-get install chromium-headless-shell libatomic1 (as root, or with sudo). macOS: install Chrome or Chromium. "
    f"Then run the same command again. The log: {LOG.relative_to(ROOT)}"
)


def dispatch(arguments: list[str]) -> int:
    """Do what the command line asks for."""
    commands = {"start": start, "wait": wait, "install": install, "status": status}
    command = commands.get(arguments[0] if arguments else "")
    if command is None:
        raise SetupFailed(
            "scripts.setup.browser needs one of: " + ", ".join(commands), "See its docstring."
        )
    return command()


def start() -> int:
    """Begin to install where no browser is, and return at once."""
    if _is_there():
        return 0
    if _install_is_running():
        return status()
    STATE.mkdir(parents=True, exist_ok=True)
    with LOG.open("a", encoding="utf-8") as out:
        subprocess.Popen(
            [sys.executable, "-m", "scripts.setup.browser", "install"],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    print(f"set-up  browser: installing in the background (log: {LOG.relative_to(ROOT)})")
    return 0


def wait() -> int:
    """Return when a browser is there; install in the foreground where nobody does."""
    if _is_there():
        return 0
    with step("browser"):
        code = install()
    if code != 0:
        problem = _read_state().get("problem", "unknown")
        raise SetupFailed(f"no browser could be installed: {problem}", REMEDY)
    return 0


def status() -> int:
    """Say in one line where the browser stands; nothing where all is well."""
    if _install_is_running():
        print(
            "set-up  browser: still being installed in the background; reports and the chat need none"
        )
    elif not _is_there():
        print(f"set-up  browser: missing; reports and the chat need none. {REMEDY}")
    return 0


def install() -> int:
    """Try each way until one leaves a browser that starts. One process at a time; others wait for it."""
    with _locked():
        if _found_and_starts():
            return 0
        _write_state("installing")
        problems: list[str] = []
        for name, command in _ways():
            code, tail = run_logged(command, LOG)
            if _found_and_starts():
                return 0
            problems.append(f"{name}: {tail.splitlines()[-1] if tail else f'exit code {code}'}")
        _write_state(
            "failed",
            problem="; ".join(problems) or "no way to install one is known here",
            remedy=REMEDY,
        )
        return 1


def _ways() -> Iterator[tuple[str, list[str]]]:
    root = as_root()
    if shutil.which("apt-get") and root is not None:
        yield from _apt_ways(root)
    playwright = ROOT / ".venv" / "bin" / "playwright"
    if playwright.exists():
        with_libraries = ["--with-deps"] if root == [] and sys.platform != "darwin" else []
        yield (
            "Playwright",
            [str(playwright), "install", "--only-shell", *with_libraries, "chromium"],
        )
    if sys.platform == "darwin" and shutil.which("brew"):
        yield "Homebrew", ["brew", "install", "--cask", "google-chrome"]


def _apt_ways(root: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Refresh the package lists only after a first try without that; a bare machine has none."""
    apt = apt_get(root)
    for refresh in (False, True):
        if refresh:
            run_logged([*apt, "update"], LOG)
        for package in ("chromium-headless-shell", "chromium"):
            yield package, [*apt, "install", "-y", "--no-install-recommends", package, *BESIDE_IT]


def _is_there() -> bool:
    """Not while a package manager is at work: a program is on the path before its libraries are."""
    return not _install_is_running() and find_browser() is not None and _driver_starts()


def _driver_starts() -> bool:
    """True where Playwright's own driver runs, without which a browser helps nobody."""
    drivers = list(ROOT.glob(".venv/lib/python*/site-packages/playwright/driver/node"))
    return all(run_logged([str(driver), "--version"], LOG)[0] == 0 for driver in drivers)


def _found_and_starts() -> bool:
    """True where a browser can draw a page; a build without its system libraries cannot."""
    browser = find_browser()
    if browser is None:
        return False
    page = "data:text/html,<p>ready</p>"
    command = [str(browser), "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", page]
    code, tail = run_logged(command, LOG, timeout_seconds=60)
    if code == 0 and "ready" in tail and _driver_starts():
        _write_state("ready", browser=str(browser))
        return True
    return False


@contextmanager
def _locked() -> Generator[None]:
    STATE.mkdir(parents=True, exist_ok=True)
    with LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _install_is_running() -> bool:
    if not LOCK.exists():
        return False
    with LOCK.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _read_state() -> dict[str, str]:
    try:
        return json.loads(STATE_FILE.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _write_state(state: str, **facts: str) -> None:
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    STATE_FILE.write_text(
        json.dumps({"state": state, "at": at, **facts}, indent=1) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main(dispatch)
