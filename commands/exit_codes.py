"""The exit codes of ``snags``, which scripts rely on."""

from __future__ import annotations

from graph.errors import RecordingNotFound, RequestError, RunCancelled, SettingsError, SnagsError

DONE, FAILED, USAGE, DONE_WITH_GAPS, CANCELLED = 0, 1, 2, 3, 130


def exit_code_of(error: SnagsError) -> int:
    """2 where the person can correct what they typed, 130 for a cancelled run, else 1."""
    if isinstance(error, RunCancelled):
        return CANCELLED
    return USAGE if isinstance(error, RequestError | SettingsError | RecordingNotFound) else FAILED
