"""Debian's packages: how to become root for them, and the command that installs them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys


def as_root() -> list[str] | None:
    """What to put before a command that needs root; None where root is not to be had."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    silent = subprocess.run(
        ["sudo", "-n", "true"], capture_output=True, stdin=subprocess.DEVNULL, check=False
    )
    if silent.returncode == 0:
        return ["sudo", "-n"]
    return ["sudo"] if sys.stdin.isatty() and sys.stdout.isatty() else None


def apt_get(root: list[str]) -> list[str]:
    """apt-get that asks nothing, and waits where another one is at work."""
    quiet = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]
    return [*root, *quiet, "-o", "DPkg::Lock::Timeout=300"]
