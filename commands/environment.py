"""Where a command runs: its settings, and what may be written."""

from __future__ import annotations

import os
from pathlib import Path

from graph.settings import Settings


def settings_of_environment(*, host: str | None = None, port: int | None = None) -> Settings:
    """The settings; what was given on the command line wins over the environment."""
    return Settings.from_env(host=host, port=port)


def can_write(folder: Path) -> bool:
    """True where the folder, or the nearest one above it that exists, lets us write."""
    nearest = next(place for place in (folder, *folder.parents) if place.exists())
    return nearest.is_dir() and os.access(nearest, os.W_OK)
