"""Which names of events say that something failed."""

from __future__ import annotations

import pytest

from graph.traces.failure_names import names_failure


@pytest.mark.parametrize(
    "name",
    [
        "payment_error",
        "checkout bug",
        "UploadFailed",
        "login:timeout",
        "HTTP_NotFound",
        "card-declined",
    ],
)
def test_a_name_that_says_so_is_a_failure(name: str) -> None:
    """However its words are joined."""
    assert names_failure(name)


@pytest.mark.parametrize(
    "name",
    [
        "purchase",
        "bug_report_sent",
        "error_dismissed",
        "terrorist",
        "debug_panel",
        "failsafe",
        "ad_blocked",
        "",
    ],
)
def test_a_name_about_a_failure_or_of_something_else_is_none(name: str) -> None:
    """A report of a failure, its end, or letters that only look like one."""
    assert not names_failure(name)
