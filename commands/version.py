"""``snags version``: the installed version."""

from __future__ import annotations

import argparse
import importlib.metadata

from commands.exit_codes import DONE


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """It takes none."""


def version() -> str:
    """The installed version."""
    return importlib.metadata.version("snags")


def run(_: argparse.Namespace) -> int:
    """Print it."""
    print(f"snags {version()}")
    return DONE
