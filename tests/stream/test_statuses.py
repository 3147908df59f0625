"""Every error of ours has a status that tells the caller whether to correct, wait or report."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from graph.errors import RequestError, SnagsError, StoreError, TooManySessions, UnknownReport
from graph.stream.statuses import status_of


def kinds(family: type[SnagsError]) -> Iterator[type[SnagsError]]:
    yield family
    for kind in family.__subclasses__():
        yield from kinds(kind)


def in_order(found: set[type[SnagsError]]) -> list[type[SnagsError]]:
    return sorted(found, key=lambda kind: kind.__name__)


def error_of(kind: type[SnagsError]) -> SnagsError:
    return kind.__new__(kind)


@pytest.mark.parametrize("kind", in_order(set(kinds(RequestError))))
def test_what_the_caller_can_correct_is_4xx(kind: type[SnagsError]) -> None:
    """Whoever asked wrongly is told so, and not to try again unchanged."""
    assert 400 <= status_of(error_of(kind)) < 500


@pytest.mark.parametrize("kind", in_order({one for one in kinds(SnagsError) if one.retryable}))
def test_what_may_work_later_is_5xx(kind: type[SnagsError]) -> None:
    """Retryable errors are the server's or a provider's, never the caller's."""
    assert status_of(error_of(kind)) >= 500


def test_the_nearest_class_counts() -> None:
    """A leaf's own status wins over its family's, and a stranger is a fault of ours."""
    assert status_of(UnknownReport("x")) == 404
    assert status_of(TooManySessions("x")) == 422
    assert status_of(StoreError("x")) == 503
    assert status_of(ValueError("x")) == 500
