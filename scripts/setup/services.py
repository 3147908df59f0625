"""Brings the servers that tests start for themselves: PostgreSQL and Redis, from Debian's packages.

``python3 -m scripts.setup.services``. Where they cannot be had, the tests that need them say so and are skipped;
nothing else needs them.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from scripts.setup.debian import apt_get, as_root
from scripts.setup.steps import STATE, main, run_logged, step

LOG = STATE / "services.log"


def _missing() -> Iterator[str]:
    """Packages whose program is not there."""
    if not shutil.which("initdb") and not list(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        yield "postgresql"
    if not shutil.which("redis-server"):
        yield "redis-server"


def install(_: list[str]) -> int:
    """Install what is missing; say what could not be."""
    packages = list(_missing())
    root = as_root() if packages and shutil.which("apt-get") else None
    if root is not None:
        with step(f"servers for the tests: {', '.join(packages)}"):
            for refresh in (False, True):
                if refresh:
                    run_logged([*apt_get(root), "update"], LOG)
                run_logged(
                    [*apt_get(root), "install", "-y", "--no-install-recommends", *packages], LOG
                )
                if not list(_missing()):
                    break
    for package in _missing():
        print(
            f"set-up  {package} is missing; the tests that need it are skipped (Debian: apt-get install {package})"
        )
    return 0


if __name__ == "__main__":
    main(install)
