"""The one place where a failed part becomes a value.

The graph fans out over the sessions of a run; what one session does runs inside ``attempt``. An error
in it is about that session, so it becomes a ``Failure`` and the others go on. What is about the whole
run passes: the store that is away, the lease that was lost, and cancellation, which is no error.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from graph.errors import RunError, SnagsError, StoreError
from graph.runs.run import Failure

T = TypeVar("T")

logger = logging.getLogger("snags.graph.runs")


async def attempt(part: str, subject: str, do: Callable[[], Awaitable[T]]) -> T | Failure:
    """What ``do`` returns, or why it did not.

    Raises:
        StoreError: nothing can be recorded, so nothing may be called done.
        RunError: the run itself must stop.
    """
    try:
        return await do()
    except (StoreError, RunError):
        raise
    except SnagsError as error:
        return Failure(part=part, subject=subject, error=type(error).__name__, message=str(error))
    except Exception as error:
        logger.exception("unexpected error", extra={"part": part, "subject": subject})
        return Failure(
            part=part,
            subject=subject,
            error=type(error).__name__,
            message=(
                f"An unexpected {type(error).__name__} in the {part} {subject!r}: {error}. "
                "This is a fault of Snags; the log has its place."
            ),
        )
