"""Logs as lines of JSON: one event a line, its facts as fields, never anything that was recorded."""

from __future__ import annotations

import logging
import sys

from pythonjsonlogger.json import JsonFormatter

RENAMED = {"levelname": "level", "name": "logger", "asctime": "at"}
QUIET = ("uvicorn.access",)
"""Our own access log says more; both would say everything twice."""


def log_as_json(level: str, *, to_person: bool) -> None:
    """Set up logging for a server: JSON lines on standard error, or plain lines for a person's terminal."""
    handler = logging.StreamHandler(sys.stderr)
    if to_person:
        handler.setFormatter(logging.Formatter("%(levelname)s  %(message)s"))
    else:
        handler.setFormatter(
            JsonFormatter(
                "%(asctime)s %(levelname)s %(name)s %(message)s",
                rename_fields=RENAMED,
                datefmt="%Y-%m-%dT%H:%M:%S%z",
            )
        )
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    for name in QUIET:
        logging.getLogger(name).disabled = True
    # What a client library logs of requests holds addresses with recorded text in them.
    logging.getLogger("httpx").setLevel(logging.WARNING)
