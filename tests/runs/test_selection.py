"""Which sessions a run looks at: all that match, or an even spread, and it says which."""

from __future__ import annotations

from hypothesis import given, strategies as st

from graph.ids import SessionId
from graph.runs.run import Filters, Limits
from graph.runs.selection import select_sessions
from graph.sources.recording import Listing, RecordingRef


def listing(*files: str) -> Listing:
    return Listing(
        refs=tuple(
            RecordingRef(session_id=SessionId(file.split("/")[-1]), file=file) for file in files
        )
    )


def files_of(refs: tuple[RecordingRef, ...]) -> list[str]:
    return [ref.file for ref in refs]


def test_everything_is_taken_where_nothing_is_asked() -> None:
    """All sessions, by file path, whatever order the source gave."""
    selection = select_sessions(listing("b", "a"), Filters(), Limits())
    assert files_of(selection.refs) == ["a", "b"]
    assert selection.words == "all 2 sessions of the source"


def test_filters_match_parts_of_id_or_file_and_say_what_matched_nothing() -> None:
    """A misspelt session is said, not silently left out."""
    filters = Filters(sessions=("CHECK", "nowhere"))
    selection = select_sessions(listing("x/checkout1", "x/cart"), filters, Limits())
    assert files_of(selection.refs) == ["x/checkout1"]
    assert selection.words == (
        "1 of 2 sessions whose id or file contains 'CHECK', 'nowhere'; nothing matched 'nowhere'"
    )


def test_of_too_many_an_even_spread_is_taken_and_said() -> None:
    """Never the newest first: every part of the list is in it, and the reader knows."""
    names = [f"{number:03}" for number in range(100)]
    selection = select_sessions(listing(*names), Filters(), Limits(max_sessions=4))
    assert files_of(selection.refs) == ["000", "025", "050", "075"]
    assert "4 spread evenly over the list of files" in selection.words


def test_a_second_file_with_the_same_session_id_is_left_out_and_listed() -> None:
    """Ids must be unique in a report; nothing disappears without a word."""
    selection = select_sessions(listing("b/s", "a/s", "a/t"), Filters(), Limits())
    assert files_of(selection.refs) == ["a/s", "a/t"]
    assert [(one.file, one.same_id_as_file) for one in selection.repeated] == [("b/s", "a/s")]
    assert "a/s" in selection.repeated[0].reason


@given(st.sets(st.text("abcdef/", min_size=1, max_size=6), max_size=40), st.integers(1, 50))
def test_selection_is_deterministic_bounded_and_in_order(names: set[str], limit: int) -> None:
    """Property: any order of the same files gives the same selection, never more than the limit."""
    limits = Limits(max_sessions=limit)
    one = select_sessions(listing(*sorted(names)), Filters(), limits)
    other = select_sessions(listing(*sorted(names, reverse=True)), Filters(), limits)
    assert one == other
    assert len(one.refs) == min(limit, len({name.split("/")[-1] for name in names}))
    assert list(one.refs) == sorted(one.refs, key=lambda ref: ref.file)
