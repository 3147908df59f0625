"""Where a Chromium is on this machine. Standard library only: set-up asks it before anything is installed."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

COMMANDS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
"""In the order of preference: the headless shell is the smallest and starts fastest."""

MAC_APPLICATIONS = (
    "Google Chrome.app/Contents/MacOS/Google Chrome",
    "Chromium.app/Contents/MacOS/Chromium",
)

PLAYWRIGHT_BINARIES = frozenset({"headless_shell", "chrome-headless-shell", "chrome", "Chromium"})


def find_browser(home: Path | None = None) -> Path | None:
    """The browser to use: an installed one, else the one Playwright keeps for itself, else None."""
    for command in COMMANDS:
        found = shutil.which(command)
        if found:
            return Path(found)
    home = home or Path.home()
    return _mac_application(home) or _playwrights_own(home)


def _mac_application(home: Path) -> Path | None:
    if sys.platform != "darwin":
        return None
    places = [
        folder / name
        for folder in (Path("/Applications"), home / "Applications")
        for name in MAC_APPLICATIONS
    ]
    return next((place for place in places if place.is_file()), None)


def _playwrights_own(home: Path) -> Path | None:
    """The newest build in Playwright's cache; its folders end in a build number."""
    cache = home / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "ms-playwright"
    builds = [
        folder for folder in cache.glob("chromium*-*") if folder.name.rpartition("-")[2].isdigit()
    ]
    builds.sort(key=lambda folder: int(folder.name.rpartition("-")[2]), reverse=True)
    for build in builds:
        for place in sorted(build.rglob("*")):
            if place.name in PLAYWRIGHT_BINARIES and place.is_file():
                return place
    return None
