"""What an error is over HTTP. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from graph.errors import (
    IdempotencyMismatch,
    ModelError,
    ModelUnavailable,
    NoSessions,
    RequestError,
    RunError,
    SnagsError,
    SourceError,
    SourceUnavailable,
    StoreError,
    TooManySessions,
    UnknownPattern,
    UnknownReport,
    UnknownRun,
    UnknownSession,
    UnknownThread,
)

STATUS_OF: Mapping[type, int] = {
    UnknownRun: 404,
    UnknownReport: 404,
    UnknownSession: 404,
    UnknownPattern: 404,
    UnknownThread: 404,
    IdempotencyMismatch: 409,
    NoSessions: 422,
    TooManySessions: 422,
    RequestError: 400,
    SourceUnavailable: 503,
    SourceError: 422,
    RunError: 409,
    ModelUnavailable: 503,
    ModelError: 502,
    StoreError: 503,
    SnagsError: 500,
}
"""Status by error. Of an error's own line of classes the nearest one counts."""


def status_of(error: Exception) -> int:
    """The HTTP status of an error; 500 for one that is not ours."""
    return next((STATUS_OF[kind] for kind in type(error).__mro__ if kind in STATUS_OF), 500)
