"""Files that are nearly right are repaired; files that are wrong say where and what to do."""

from __future__ import annotations

import gzip
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings, strategies as st

from graph.errors import RecordingUnreadable
from graph.sources.folder import FolderSource
from tests.sources.writing import (
    SHAPES,
    START_MS,
    Event,
    dumps,
    expected,
    lines,
    plainly,
    read_bytes,
    reason_for,
    visit,
)

LIKELY_KEYS = ["type", "timestamp", "data", "source", "cv", "events", "snapshots", "window_id"]
TELLING_KEYS = ["columns", "results", "result", "event", "properties", "$session_id"]

META = (
    '{"type":4,"data":{"href":"https://a.example/","width":1,"height":1},"timestamp":1760000000000}'
)


def with_data(data: str) -> bytes:
    """A recording whose second event has this text as its data."""
    return f'[{META},{{"type":5,"data":{data},"timestamp":1760000000500}}]'.encode()


@pytest.mark.parametrize(
    ("text", "repaired"),
    [
        (r"cut \ud83d", "cut \N{REPLACEMENT CHARACTER}"),
        (r"\ude00 cut", "\N{REPLACEMENT CHARACTER} cut"),
        (r"\ud83d\ud83d\ude00", "\N{REPLACEMENT CHARACTER}😀"),
        (r"\\ud83d is no escape", r"\ud83d is no escape"),
        (r"\\\ud83d is one", "\\\N{REPLACEMENT CHARACTER} is one"),
    ],
)
def test_half_an_emoji_is_repaired(tmp_path: Path, text: str, repaired: str) -> None:
    """JavaScript cuts emoji in half; such a recording is read, with a note."""
    recording = read_bytes(tmp_path, with_data(f'{{"tag":"{text}"}}'))
    assert recording.events[1].read() == {"tag": repaired}
    recording.events[1].read()["tag"].encode()
    assert any("emoji" in note for note in recording.notes) == ("no escape" not in text)


def test_half_an_emoji_in_lines_and_in_compressed_fields(tmp_path: Path) -> None:
    """The repair works in every shape, also inside a field that was compressed."""
    events = visit()
    half = '{"type":5,"data":{"tag":"x \\ud83d"},"timestamp":1760000009000}'
    recording = read_bytes(tmp_path, (lines(events) + half).encode())
    assert recording.events[-1].read() == {"tag": "x \N{REPLACEMENT CHARACTER}"}
    packed = gzip.compress(b'{"node":{"textContent":"\\ud83d"}}').decode("latin-1")
    snapshot = {"type": 2, "data": packed, "timestamp": START_MS, "cv": "2024-10"}
    recording = read_bytes(tmp_path, dumps([snapshot]).encode())
    assert recording.events[0].read() == {"node": {"textContent": "\N{REPLACEMENT CHARACTER}"}}


@pytest.mark.parametrize(
    ("number", "value"),
    [("NaN", None), ("-Infinity", None), ("1e999", None), ("9" * 30, 1e30), ("9" * 5_000, None)],
)
def test_impossible_numbers_do_not_lose_the_recording(
    tmp_path: Path, number: str, value: float | None
) -> None:
    """NaN, Infinity and endless digits are emptied or rounded; the words in a text stay."""
    recording = read_bytes(tmp_path, with_data(f'{{"a":{number},"b":"NaN, \\"Infinity"}}'))
    data = recording.events[1].read()
    assert data["a"] == (pytest.approx(value) if value else None)
    assert data["b"] == 'NaN, "Infinity'


def test_bytes_that_are_not_utf8(tmp_path: Path) -> None:
    """A text in another encoding costs some letters, not the recording."""
    body = with_data('{"tag":"caf\xe9"}').decode().encode("latin-1")
    recording = read_bytes(tmp_path, body)
    assert recording.events[1].read() == {"tag": "caf\N{REPLACEMENT CHARACTER}"}
    assert recording.notes


def test_what_is_no_event_is_left_out_and_counted(tmp_path: Path) -> None:
    """Strange values among events cost nothing but themselves."""
    strange: list[object] = [
        {"type": 3, "data": {"source": 0}},
        {"type": 3, "timestamp": None},
        {"type": 3, "timestamp": 1e300},
        {"type": 3, "timestamp": True},
        7,
        None,
    ]
    recording = read_bytes(tmp_path, dumps([*visit(), *strange]).encode())
    assert plainly(recording) == expected(visit())
    assert recording.notes == ("something that is no rrweb event was left out (6 times)",)


def test_events_without_data_and_of_unknown_types_stay(tmp_path: Path) -> None:
    """Newer recorders have types that are not known here; a missing payload is an empty one."""
    events = [{"type": 0, "timestamp": START_MS}, {"type": 99, "timestamp": START_MS + 1}]
    recording = read_bytes(tmp_path, dumps(events).encode())
    assert plainly(recording) == [(0, START_MS, {}), (99, START_MS + 1, {})]


@pytest.mark.parametrize("shape", ["rrweb array", "rrweb wrapper", "posthog export"])
def test_a_document_that_stops_in_the_middle(tmp_path: Path, shape: str) -> None:
    """Truncated JSON names its end as the place and says to export again."""
    body = SHAPES[shape](visit()).encode()[:-40]
    reason = reason_for(tmp_path, body)
    assert reason == (
        f"Cannot read 'recording' at byte {len(body):,}, its end: the JSON stops in the middle. "
        "The file was cut off on its way here or is still being written: export it again."
    )


def test_a_mistake_in_the_middle_names_byte_and_line(tmp_path: Path) -> None:
    """The place of a mistake can be found in an editor."""
    body = b"[\n" + META.encode() + b",\n{]\n]"
    reason = reason_for(tmp_path, body)
    assert f"byte {body.index(b']')} (line 3)" in reason


def test_a_last_line_that_was_cut_off_is_left_out(tmp_path: Path) -> None:
    """A recorder that died while it wrote leaves half a line; what was before it counts."""
    body = lines(visit())[:-20].encode()
    recording = read_bytes(tmp_path, body)
    assert plainly(recording) == expected(visit())[:-1]
    assert recording.notes == ("the last line is cut off and was left out",)


def test_one_broken_line_is_left_out_and_many_are_an_error(tmp_path: Path) -> None:
    """One line in a hundred may be broken; otherwise the first one is named."""
    good = [dumps(event) for event in visit()]
    recording = read_bytes(tmp_path, "\n".join([*good[:2], '{"type', *good[2:]]).encode())
    assert len(recording.events) == len(good)
    assert recording.notes == ("line 3 is no JSON and was left out",)
    reason = reason_for(tmp_path, "\n".join([*good[:2], "{", "{", *good[2:]]).encode())
    assert "at line 3: it is not JSON" in reason


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "there is nothing in it"),
        (b" \n ", "there is nothing in it"),
        (b"[]", "there are no events in it"),
        (b'{"version":"1","data":{"snapshots":[]}}', "there are no events in it"),
        (b'{"events":[]}', "there are no events in it"),
        (b'{"name":"package","private":true}', "JSON without rrweb or product events"),
        (b"[1,2,3]", "JSON without rrweb or product events"),
        (b'"text"', "JSON without rrweb or product events"),
        (b'{"sources":[{"source":"blob_v2","blob_key":"0"}]}', "lists where the snapshots"),
        (b"# Notes\nabout things", "it is text and not JSON"),
        (b"<!doctype html><title>Sign in</title>", "a web page or XML"),
        (b"who,did,when\n1,a,2", "a table in CSV whose columns are not known (who, did, when)"),
        (b"user_id,event,timestamp\n1,a,never", "none of them has an event, a time and a session"),
        (b"\x00\x01\x02\x03binary", "binary and of no kind"),
        (b"PK\x03\x04rest", "a zip archive"),
        (b'{"columns":["event"],"results":[]}', "none of its 0 product events"),
        (b'[{"type":4,"timestamp":null,"data":{}}]', "none of them is an rrweb event"),
    ],
)
def test_strangers_are_told_apart(tmp_path: Path, body: bytes, words: str) -> None:
    """What is no recording is named for what it is."""
    assert words in reason_for(tmp_path, body)


def test_mobile_recordings_are_refused_in_words(tmp_path: Path) -> None:
    """Wireframes have no elements; the reason says so, from the head as from the whole file."""
    snapshot = {"type": 2, "data": {"wireframes": [{"id": 1}]}, "timestamp": START_MS + 1}
    events: list[Event] = [visit()[0], snapshot]
    assert "mobile recording (wireframes)" in reason_for(tmp_path, dumps(events).encode())
    padding = {"type": 5, "data": {"tag": "x" * 70_000}, "timestamp": START_MS + 2}
    assert "mobile recording" in reason_for(tmp_path, dumps([*events, padding]).encode())
    late = [visit()[0], padding, snapshot]
    assert "mobile recording" in reason_for(tmp_path, dumps(late).encode())


@pytest.mark.parametrize("compress", [gzip.compress, zstandard.ZstdCompressor().compress])
def test_compressed_files_that_are_cut_or_damaged(
    tmp_path: Path, compress: Callable[[bytes], bytes]
) -> None:
    """A broken stream names the byte and asks for the file again."""
    body = compress(dumps(visit()).encode())
    assert "stream ends too early" in reason_for(tmp_path, body[:-9])
    assert "is damaged" in reason_for(tmp_path, body[:20] + b"\xff" * 30 + body[50:])


def test_an_error_found_late_is_of_the_session(tmp_path: Path) -> None:
    """Listing reads heads only; what is broken behind is said when the recording is read."""
    events = [*visit(), {"type": 5, "data": {"tag": "x" * 70_000}, "timestamp": START_MS}]
    path = tmp_path / "late.json"
    path.write_text(dumps(events)[:-5], encoding="utf-8")
    source = FolderSource.open([tmp_path])
    (ref,) = source.list().refs
    with pytest.raises(RecordingUnreadable, match="stops in the middle") as caught:
        source.read(ref)
    assert (caught.value.file, caught.value.remedy[:18]) == ("late.json", "The file was cut o")


@settings(max_examples=150)
@given(
    shape=st.sampled_from(sorted(SHAPES)),
    cuts=st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 30), st.binary(max_size=6)), max_size=4
    ),
)
def test_no_damage_escapes_as_another_error(
    shape: str, cuts: list[tuple[float, int, bytes]]
) -> None:
    """Whatever happens to the bytes of a file, it is read or refused with three parts."""
    body = SHAPES[shape](visit()).encode()
    for where, length, instead in cuts:
        position = int(where * len(body))
        body = body[:position] + instead + body[position + length :]
    assert_read_or_refused(body)


@settings(max_examples=150)
@given(
    value=st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from([*LIKELY_KEYS, *TELLING_KEYS]),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_no_json_escapes_as_another_error(value: object) -> None:
    """JSON that only looks like a recording is read or refused with three parts."""
    assert_read_or_refused(dumps(value).encode("utf-8", "surrogatepass"))


def assert_read_or_refused(body: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "recording"
        path.write_bytes(body)
        source = FolderSource.open([path])
        listing = source.list()
        assert bool(listing.refs) != bool(listing.unreadable)
        for ref in listing.refs:
            with suppress(RecordingUnreadable):
                recording = source.read(ref)
                assert plainly(recording) or recording.product_events
