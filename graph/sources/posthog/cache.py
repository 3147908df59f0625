"""What was fetched of recordings, kept on this machine: fetching is slow, and stored blobs never change."""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
from pathlib import Path

import zstandard

from graph.errors import StoreError

MAX_BYTES = 2_000_000_000
"""Compressed; some 10,000 recordings. The files that were used least lately go first."""


class RecordingCache:
    """Bodies by key, in files that only their owner can read."""

    def __init__(self, folder: Path, max_bytes: int = MAX_BYTES) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._tidying = threading.Lock()

    def get(self, key: str) -> bytes | None:
        """The body, or None where it was never kept, has been thrown away, or is damaged."""
        file = self._file(key)
        try:
            body = zstandard.ZstdDecompressor().decompress(file.read_bytes())
            os.utime(file)
        except (OSError, zstandard.ZstdError):
            return None
        return body

    def put(self, key: str, body: bytes) -> None:
        """Keep a body.

        Raises:
            StoreError: the folder cannot be written.
        """
        file = self._file(key)
        part = file.with_suffix(f".{threading.get_ident()}.part")
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as opened:
                opened.write(zstandard.ZstdCompressor().compress(body))
            part.replace(file)
        except OSError as error:
            raise StoreError(
                f"A fetched recording cannot be kept in {str(self._folder)!r}: {error.strerror}. "
                "Free some space, or set SNAGS_DATA_DIR to a folder that can be written."
            ) from error
        self._tidy()

    def _tidy(self) -> None:
        with self._tidying:
            sizes = [(one.stat(), one) for one in self._folder.glob("*.zst")]
            excess = sum(stat.st_size for stat, _ in sizes) - self._max_bytes
            for stat, one in sorted(sizes, key=lambda pair: pair[0].st_mtime):
                if excess <= 0:
                    return
                with contextlib.suppress(OSError):
                    one.unlink()
                excess -= stat.st_size

    def _file(self, key: str) -> Path:
        return self._folder / f"{hashlib.sha256(key.encode()).hexdigest()}.zst"
