"""Every error Snags raises, as one tree.

Families end in ``Error`` so that a caller can catch at the right height; leaves say what happened.

SnagsError
├─ SettingsError                the deployment is set up wrongly; refuse to start
├─ RequestError                 the caller can fix it                          → 4xx
│  ├─ InvalidRequest
│  ├─ UnknownSession  UnknownRun  UnknownReport  UnknownPattern  UnknownThread
│  ├─ NoSessions  TooManySessions
│  └─ IdempotencyMismatch       the same key was sent with another request
├─ SourceError                  a recording cannot be had
│  ├─ RecordingNotFound  RecordingUnreadable
│  └─ SourceUnavailable         retryable
├─ ModelError                   the provider did not answer
│  ├─ ModelUnavailable          retryable (limits, timeouts, 5xx)
│  ├─ ModelRefused
│  ├─ ModelDenied               the key, the quota or the request is wrong: nothing to wait for
│  └─ ContextOverflow           split and try again, do not retry as it is
├─ DraftError                   the analyst answered, and it cannot be used     retryable, few times
│  ├─ DraftUnparsable  DraftInvalid  DraftCutShort
│  └─ UnknownEventIds           the share of invented ids is over the limit
├─ ClipError                    no clip could be made; the issue stays unvalidated
│  └─ ReplayFailed  EncodeFailed
├─ RunError
│  ├─ TooManyFailures           carries the failures; nothing else may stop a run for its parts
│  └─ RunCancelled  LeaseLost
└─ StoreError                   the authoritative store is away                  retryable → 503
   └─ BodyDamaged               a stored body is gone or is not what was stored  make it again

A failure of one session, clip or chunk is caught in one place, ``graph.runs.fan_out``, and becomes
a ``Failure`` value. Everything else propagates.
"""

from __future__ import annotations

from typing import ClassVar


class SnagsError(Exception):
    """The root. ``retryable`` is a property of the class and is read by one policy."""

    retryable: ClassVar[bool] = False


class SettingsError(SnagsError):
    """A setting is missing or wrong: says which one, its value, and what would be right."""


class RequestError(SnagsError):
    """The caller asked for something that cannot be; the message says what to ask instead."""


class InvalidRequest(RequestError):
    """A field of the request is missing, unknown or out of range."""


class UnknownSession(RequestError):
    """No session of that id in this report."""


class UnknownRun(RequestError):
    """No run of that id in this store."""


class UnknownReport(RequestError):
    """The run exists (or not), and it has no report to read yet."""


class UnknownPattern(RequestError):
    """No pattern of that id or number in this report."""


class UnknownThread(RequestError):
    """No conversation of that id in this store."""


class NoSessions(RequestError):
    """The source holds nothing that could be read as a session."""


class TooManySessions(RequestError):
    """The source holds more sessions than the limit, and no selection was asked for."""


class IdempotencyMismatch(RequestError):
    """The same Idempotency-Key came with another body."""


class SourceError(SnagsError):
    """A recording cannot be had."""


class RecordingNotFound(SourceError):
    """The path does not exist or holds no file."""


class RecordingUnreadable(SourceError):
    """A file cannot be read as a recording.

    The message always has three parts: the file, the place in it, and the remedy.
    """

    def __init__(self, file: str, place: str, problem: str, remedy: str) -> None:
        super().__init__(f"Cannot read {file!r} at {place}: {problem}. {remedy}")
        self.file = file
        self.place = place
        self.problem = problem
        self.remedy = remedy


class SourceUnavailable(SourceError):
    """The place recordings live in did not answer."""

    retryable = True


class ModelError(SnagsError):
    """The provider did not answer."""


class ModelUnavailable(ModelError):
    """Rate limit, time-out, a server error at the provider, or an answer that came damaged."""

    retryable = True

    def __init__(self, message: str, *, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds
        """How long the provider asks to wait; None where it says nothing."""


class ModelRefused(ModelError):
    """The provider answered with a refusal, or with nothing."""


class ModelDenied(ModelError):
    """The provider does not serve this key, this model or this request, however often it is asked."""


class ContextOverflow(ModelError):
    """The request was larger than the model's context: split it, do not repeat it."""


class DraftError(SnagsError):
    """The analyst answered, and the answer cannot be used."""

    retryable = True


class DraftUnparsable(DraftError):
    """The answer is not the format that was asked for."""


class DraftInvalid(DraftError):
    """The answer parses and does not fit the model of a draft."""


class DraftCutShort(DraftError):
    """The answer reached the most tokens it may have, and its end is missing."""


class UnknownEventIds(DraftError):
    """Too many of the draft's event ids do not exist in the trace."""

    def __init__(self, unknown: int, total: int, limit: float) -> None:
        super().__init__(
            f"{unknown} of {total} event ids are not in the trace, above the limit of {limit:.0%}. "
            "Draft again and cite only ids that stand at the start of a row."
        )
        self.unknown = unknown
        self.total = total
        self.limit = limit


class ClipError(SnagsError):
    """No clip could be made; the issue stays unvalidated."""


class ReplayFailed(ClipError):
    """The browser could not show the recording."""


class EncodeFailed(ClipError):
    """The frames could not be written as a video."""


class RunError(SnagsError):
    """A whole run ended without a report."""


class TooManyFailures(RunError):
    """Fewer sessions succeeded than the run tolerates."""

    def __init__(self, succeeded: int, failed: int, min_success_ratio: float, causes: str) -> None:
        super().__init__(
            f"Only {succeeded} of {succeeded + failed} sessions could be summarized, below the "
            f"limit of {min_success_ratio:.0%}, so the run stopped. Causes: {causes}"
        )
        self.succeeded = succeeded
        self.failed = failed
        self.min_success_ratio = min_success_ratio


class RunCancelled(RunError):
    """Somebody cancelled the run; what was done is kept."""


class LeaseLost(RunError):
    """Another worker has taken the run over; this one must not write any more."""


class StoreError(SnagsError):
    """The authoritative store is away."""

    retryable = True


class BodyDamaged(StoreError):
    """A stored body is gone, or is not what was stored; what it was derived from may still be there."""

    retryable = False
