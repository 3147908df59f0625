"""What goes over the wire, and where a reader may begin."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.errors import InvalidRequest
from graph.stream.log import LogEntry
from graph.stream.sse import agui_event, heartbeat, nothing_follows, offset_of, run_event
from tests.fakes.stores import open_sqlite_log

ENTRY = LogEntry(offset=7, type="session_queued", data='{"a": 1}')


def test_a_run_event_carries_offset_name_and_data_with_bare_line_feeds() -> None:
    """`id` is the offset, `event` the type; a carriage return would break AG-UI's client."""
    assert run_event(ENTRY).encode() == b'id: 7\nevent: session_queued\ndata: {"a": 1}\n\n'


def test_an_agui_event_has_no_name() -> None:
    """AG-UI clients read the type from the data; a named event would not reach them."""
    assert agui_event(ENTRY).encode() == b'id: 7\ndata: {"a": 1}\n\n'


def test_a_heartbeat_is_a_comment() -> None:
    """Readers never see it as an event."""
    assert heartbeat().encode() == b": still here\n\n"


@pytest.mark.parametrize(
    ("header", "parameter", "offset"),
    [
        (None, None, 0),
        ("", "", 0),
        ("12", None, 12),
        (None, "3", 3),
        ("12", "3", 12),
        ("0", "3", 0),
    ],
)
def test_the_header_wins_over_the_address(
    header: str | None, parameter: str | None, offset: int
) -> None:
    """A browser that reconnects repeats the address it began with and adds what it has."""
    assert offset_of(header, parameter) == offset


@pytest.mark.parametrize("junk", ["-1", "1.5", "x", "1e3", "٣", "9" * 16, "1\n2"])
def test_a_place_that_is_no_number_is_refused(junk: str) -> None:
    """Junk is an error that says what to send, never a silent start from the beginning."""
    with pytest.raises(InvalidRequest, match="is not a place"):
        offset_of(junk, None)


@pytest.mark.asyncio
async def test_nothing_follows_the_last_event_of_an_ended_stream(tmp_path: Path) -> None:
    """A reader that has all of an ended stream is told so; one of another stream is refused."""
    until = frozenset({"end"})
    async with open_sqlite_log(tmp_path / "log.sqlite3") as log:
        assert not await nothing_follows(log, "s", after=0, until=until)
        await log.append("s", [("x", ""), ("end", "")])
        assert not await nothing_follows(log, "s", after=1, until=until)
        assert await nothing_follows(log, "s", after=2, until=until)
        with pytest.raises(InvalidRequest, match="another stream"):
            await nothing_follows(log, "s", after=3, until=until)
