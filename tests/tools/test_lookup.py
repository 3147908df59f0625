"""A phrase names exactly one thing of a report, or says what there is."""

import pytest
from hypothesis import given, strategies as st

from graph.errors import InvalidRequest, UnknownPattern, UnknownSession
from tests.agent.building import COUPON, PAY, SLOW, at, build_report, build_trace
from tools.lookup import find_pattern, find_session, nearest_row, ordinal_in, read_moment

REPORT = build_report()


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("1", PAY),
        ("#2", COUPON),
        ("pattern 3", SLOW),
        ("second", COUPON),
        ("the third one", SLOW),
        ("2nd", COUPON),
        ("two", COUPON),
        ("last", SLOW),
        ("worst", PAY),
        ("the most severe", PAY),
        ("most common", COUPON),
        ("rarest", SLOW),
        (PAY, PAY),
        ("coupon", COUPON),
        ("Coupons refused", COUPON),
        ("pay now", PAY),
        ("the slow serach", SLOW),
        ("checkout", PAY),
    ],
)
def test_a_pattern_is_found_by_number_ordinal_id_or_words(reference: str, expected: str) -> None:
    """Numbers are places in the report; words may hold a slip of the key."""
    assert find_pattern(REPORT, reference).id == expected


@pytest.mark.parametrize("reference", ["9", "0", "refunds", ""])
def test_an_unknown_pattern_is_answered_with_those_there_are(reference: str) -> None:
    """The error says how many there are, or lists them."""
    with pytest.raises(UnknownPattern, match=r"numbered 1 to 3|1\. .*2\. .*3\. "):
        find_pattern(REPORT, reference)


def test_words_that_fit_several_patterns_name_none() -> None:
    """Nothing is guessed where two patterns fit equally well."""
    with pytest.raises(UnknownPattern, match="fits 3 patterns"):
        find_pattern(REPORT, "does the session show")


def test_a_number_inside_a_title_is_no_position() -> None:
    """ "Error 500 on pay" asks for words, not for pattern 500."""
    assert ordinal_in("Error 500 on pay") is None
    assert ordinal_in("pattern 2") == 2


@pytest.mark.parametrize(
    "reference", ["checkout-01", "CHECKOUT-01", "checkout-01.json", '"checkout-01"', "out-01"]
)
def test_a_session_is_found_by_id_file_or_part(reference: str) -> None:
    """Whatever of a session's name a reader has is enough, if it fits no other."""
    assert find_session(REPORT, reference).session_id == "checkout-01"


def test_a_part_that_fits_several_sessions_names_none() -> None:
    """The error lists those it fits."""
    with pytest.raises(UnknownSession, match="fits 2 sessions: checkout-01, checkout-02"):
        find_session(REPORT, "checkout")


def test_an_unknown_session_is_answered_with_the_closest() -> None:
    """A slip of the key is named as what was probably meant."""
    with pytest.raises(UnknownSession, match="Did you mean checkout-0"):
        find_session(REPORT, "chekcout-01")


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("1:23", 83_000),
        ("at 0:05", 5_000),
        ("1:02:03", 3_723_000),
        ("1:23.5", 83_500),
        ("83 s", 83_000),
        ("83s", 83_000),
        ("2 min", 120_000),
        ("1m23s", 83_000),
        ("1 min 5 sec", 65_000),
        ("83000 ms", 83_000),
        ("no time", None),
    ],
)
def test_a_moment_is_read_in_the_ways_people_write_it(text: str, ms: int | None) -> None:
    """Clocks, seconds, minutes and milliseconds."""
    assert read_moment(text) == ms


@given(st.text(max_size=200))
def test_any_text_is_read_or_is_no_moment(text: str) -> None:
    """Nothing that a person types raises or gives a negative time."""
    moment = read_moment(text)
    assert moment is None or moment >= 0


def test_a_row_is_found_by_event_id_or_by_the_time_before() -> None:
    """An event id is exact; a time means the last row up to it."""
    trace = build_trace("checkout-01")
    assert nearest_row(trace, at("checkout-01", 4), 0).ordinal == 4
    assert nearest_row(trace, "", 83_900).ordinal == 2
    assert nearest_row(trace, "", 0).ordinal == 0


def test_an_event_id_of_another_session_is_refused() -> None:
    """An id that the session does not have says nothing about it."""
    with pytest.raises(InvalidRequest, match="neither a time such as '1:23' nor an event id"):
        nearest_row(build_trace("checkout-01"), at("checkout-02", 4)[:-1] + "!", 0)
