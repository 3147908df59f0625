"""``snags doctor``: what is set up on this machine; asks no network."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from commands.environment import can_write, settings_of_environment
from commands.exit_codes import DONE, FAILED
from graph.browser import find_browser
from graph.models.roles import Role, resolve_roles
from graph.settings import Settings

ROOT = Path(__file__).parents[1]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """It takes none."""


def run(_: argparse.Namespace) -> int:
    """Say what is set up. Only a data folder that cannot be written makes it fail."""
    settings = settings_of_environment()
    demo = sum(path.is_file() for path in settings.demo_recordings.rglob("*"))
    modules = sum(path.suffix == ".js" for path in (ROOT / "web" / "vendor").rglob("*"))
    browser = find_browser()
    writable = can_write(settings.data_dir)
    how = "can be written" if writable else "cannot be written: set SNAGS_DATA_DIR"
    checks = [
        (True, "Python", sys.version.split()[0]),
        (writable, "data folder", f"{settings.data_dir} {how}"),
        (demo > 0, "demo", f"{demo} files in {settings.demo_recordings}"),
        (modules > 0, "page", f"{modules} modules" if modules else "modules missing: make setup"),
        (bool(browser), "browser", str(browser or "none: make browser (reports need none)")),
        *_roles(settings),
    ]
    for good, name, fact in checks:
        print(f"{'ok' if good else '--'}  {name:<16}{fact}")
    return DONE if writable else FAILED


def _roles(settings: Settings) -> list[tuple[bool, str, str]]:
    """What each role resolves to; none is called here, and a report by rules needs none."""
    roles = resolve_roles(settings)
    return [
        (
            role in roles.choices,
            f"model {role.value}",
            choice.words if (choice := roles[role]) else f"none: {roles.reasons[role]}",
        )
        for role in Role
    ]
