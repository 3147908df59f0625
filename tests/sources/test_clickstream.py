"""Tables of events: columns recognised, columns named, sessions cut at pauses."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from graph.errors import SettingsError
from graph.sources.clickstream import ColumnMap, read_column_map
from graph.sources.folder import open_source
from graph.sources.recording import Recording, RecordingShape


def sessions_of(folder: Path, text: str, columns: ColumnMap | None = None) -> dict[str, Recording]:
    """The recordings of a folder with this one table."""
    (folder / "events.csv").write_text(text, encoding="utf-8")
    source = open_source([folder], columns)
    return {ref.session_id: source.read(ref) for ref in source.list().refs}


def names_of(recording: Recording) -> list[str]:
    return [event.name for event in recording.product_events]


def test_plain_columns_need_no_map(tmp_path: Path) -> None:
    """Whatever their case and order; other columns are left alone, rows are put in time order."""
    found = sessions_of(
        tmp_path,
        "Timestamp,Session ID,country,Event\n"
        "2024-03-13 10:21:14,s1,de,home\n"
        "2024-03-13 10:21:12,s2,fr,home\n"
        "2024-03-13 10:20:00,s1,de,landing\n",
    )
    assert {key: names_of(one) for key, one in found.items()} == {
        "s1": ["landing", "home"],
        "s2": ["home"],
    }
    assert {one.shape for one in found.values()} == {RecordingShape.CLICKSTREAM}
    assert found["s1"].notes == (
        "no replay of this session was given, only 2 steps of a clickstream",
    )


def test_a_map_names_the_columns_and_addresses_are_pages(tmp_path: Path) -> None:
    """Semicolons, quotes and times in seconds are read as they come."""
    found = sessions_of(
        tmp_path,
        '\ufeffwho;did;"when";where\nv1;"a; b";1710325274;https://shop.test/cart?x=1\n',
        ColumnMap(event="did", time="when", session="who", page="where"),
    )
    (event,) = found["v1"].product_events
    assert (event.name, event.timestamp_ms) == ("a; b", 1_710_325_274_000)
    assert event.url == "https://shop.test/cart?x=1"


def test_without_sessions_a_long_pause_begins_another(tmp_path: Path) -> None:
    """Half an hour and a second after the last step, the user is back for a new session."""
    found = sessions_of(
        tmp_path,
        "user_id,event,time\nu,a,2024-01-01T10:00:00\nu,b,2024-01-01T10:30:00\n"
        "u,c,2024-01-01T11:00:01\nv,d,2024-01-01T11:00:02\n",
    )
    assert {key: names_of(one) for key, one in found.items()} == {
        "u#1": ["a", "b"],
        "u#2": ["c"],
        "v#1": ["d"],
    }


def test_rows_that_say_too_little_are_counted(tmp_path: Path) -> None:
    """The others are read, and a note says how many were not."""
    found = sessions_of(
        tmp_path, "session,event,time\ns,a,2024-01-01\ns,,2024-01-01\ns,b,soon\n,c,2024-01-01\n"
    )
    assert names_of(found["s"]) == ["a"]
    assert "left out (3 times)" in found["s"].notes[-1]


def test_a_compressed_table_is_read_by_its_content(tmp_path: Path) -> None:
    """Neither its name nor its suffix matters."""
    (tmp_path / "export.bin").write_bytes(gzip.compress(b"visit\tstep\tts\nv\tx\t1710325274000\n"))
    assert [ref.session_id for ref in open_source([tmp_path]).list().refs] == ["v"]


@pytest.mark.parametrize("text", ["{}", "event: a", '{"event": "a", "time": ""}', '{"what": 1}'])
def test_a_map_without_event_and_time_is_refused(tmp_path: Path, text: str) -> None:
    """The message names the file and shows a map that works."""
    file = tmp_path / "columns.json"
    file.write_text(text)
    with pytest.raises(SettingsError, match=r"columns\.json.*happened_at"):
        read_column_map(file)
