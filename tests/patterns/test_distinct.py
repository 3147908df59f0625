"""Each event stream counts once."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, strategies as st

from graph.patterns.distinct import distinct
from tests.patterns.building import session


def test_the_lowest_path_of_an_event_stream_is_kept() -> None:
    """Two files with the same events count once; the other is named beside the one kept."""
    copy = session(1, file="b/copy.json", digest="same")
    first = session(2, file="a/first.json", digest="same")
    other = session(3, file="c/other.json", digest="other")
    kept, duplicates = distinct([copy, first, other])
    assert [one.file for one in kept] == ["a/first.json", "c/other.json"]
    assert [(one.file, one.kept_file) for one in duplicates] == [("b/copy.json", "a/first.json")]
    assert duplicates[0].kept_session_id == first.session_id


def test_an_unknown_event_stream_is_no_duplicate() -> None:
    """Two summaries without a digest are two sessions, not one."""
    one, other = session(1), session(2)
    nameless = [replace(one, digest=""), replace(other, digest="")]
    kept, duplicates = distinct(nameless)
    assert (len(kept), duplicates) == (2, ())


@given(st.permutations(range(8)))
def test_order_plays_no_part(order: list[int]) -> None:
    """Whatever order the files come in, the same ones are kept."""
    summaries = [session(n, file=f"{n}.json", digest=str(n % 3)) for n in range(8)]
    assert distinct([summaries[n] for n in order]) == distinct(summaries)
