"""Room on the disk, looked at before much is written rather than found out in the middle of it."""

from __future__ import annotations

import shutil
from pathlib import Path

from graph.errors import StoreError

LEAST_FREE_BYTES = 100_000_000
"""What a run of a thousand sessions writes, with room for SQLite's log beside it."""


def check_free_space(folder: Path, least: int = LEAST_FREE_BYTES) -> None:
    """Raise unless there is room for a run.

    Raises:
        StoreError: too little is free; the run can go on once there is more.
    """
    # Where all stores are elsewhere, nothing has made the folder yet.
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if free < least:
        raise StoreError(
            f"Only {free // 1_000_000} MB are free where {str(folder)!r} is, and a run may write "
            f"{least // 1_000_000} MB. Free some space; the run goes on by itself, or at the next start."
        )
