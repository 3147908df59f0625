"""A file from a stranger may waste neither memory nor time."""

from __future__ import annotations

import gzip
import json
import resource
import tracemalloc
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
import zstandard

from graph.sources.folder import FolderSource
from graph.sources.json_text import depth_exceeds
from graph.sources.limits import KIB, MIB, ReadLimits
from graph.sources.recording import RecordingRef
from tests.sources.writing import START_MS, dumps, read_bytes, reason_for, visit

SMALL = ReadLimits(max_file_bytes=MIB, max_decoded_bytes=2 * MIB, ratio_floor_bytes=64 * KIB)


@contextmanager
def frugally() -> Generator[None]:
    """Fail a refusal that takes 300 MB of memory; one that takes for ever meets the time limit of every test."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300 * KIB


def gzip_bomb(plain_mib: int, head: bytes = b"[") -> bytes:
    """A gzip stream of white space, 1,000 times larger when it is open."""
    engine = zlib.compressobj(6, zlib.DEFLATED, 31)
    space = b" " * MIB
    stored = [engine.compress(head), *(engine.compress(space) for _ in range(plain_mib))]
    return b"".join([*stored, engine.flush()])


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"", "there is nothing in it"),
        (b"[", "more than 500 times its size"),
        (dumps(visit()).encode()[:-1], "more than 500 times its size"),
    ],
)
def test_a_gzip_bomb_is_refused(tmp_path: Path, head: bytes, words: str) -> None:
    """With the limits as they come: 100 MiB in 100 KiB is refused before it is open."""
    body = gzip_bomb(100, head)
    with frugally():
        assert words in reason_for(tmp_path, body)


def test_a_zstd_bomb_is_refused_by_its_ratio(tmp_path: Path) -> None:
    """zstd reaches 30,000 to 1; it is fed little by little."""
    engine = zstandard.ZstdCompressor().compressobj()
    body = b"".join(engine.compress(b" " * MIB) for _ in range(100))
    body = zstandard.ZstdCompressor().compress(b"[") + body + engine.flush()
    with frugally():
        assert "more than 500 times its size" in reason_for(tmp_path, body)


def test_a_bomb_in_a_bomb_is_refused(tmp_path: Path) -> None:
    """Compression inside compression is undone once more, within the same limits."""
    twice = gzip.compress(gzip_bomb(100))
    with frugally():
        assert "more than 500 times its size" in reason_for(tmp_path, twice)
    thrice = gzip.compress(gzip.compress(gzip.compress(b"[]")))
    assert "compressed more than 2 times over" in reason_for(tmp_path, thrice)


@pytest.mark.parametrize(
    ("empty", "kind"),
    [(gzip.compress(b""), "gzip"), (zstandard.ZstdCompressor().compress(b""), "zstd")],
    ids=["gzip", "zstd"],
)
def test_empty_members_are_counted(tmp_path: Path, empty: bytes, kind: str) -> None:
    """2 MB of empty members hold a naive reader for 9 s."""
    body = empty * (2_000_000 // len(empty))
    with frugally():
        assert f"more than 10,000 {kind} streams" in reason_for(tmp_path, body)


def test_many_members_of_a_long_recording_are_fine(tmp_path: Path) -> None:
    """A recorder that appends one member per batch is read."""
    parts = [gzip.compress(dumps(event).encode() + b"\n") for event in visit(clicks=2_000)]
    assert len(read_bytes(tmp_path, b"".join(parts)).events) == 2_005


def test_padding_after_the_last_member_is_allowed(tmp_path: Path) -> None:
    """Zeros behind a gzip stream are part of the format."""
    body = gzip.compress(dumps(visit()).encode()) + b"\0" * 512
    assert len(read_bytes(tmp_path, body).events) == len(visit())


def test_both_size_limits_are_named(tmp_path: Path) -> None:
    """Before and after decompression, with the limit in the text."""
    wide = dumps([{"type": 5, "data": {"tag": "".join(map(str, range(800_000)))}, "timestamp": 1}])
    assert "the file is larger than 1 MiB" in reason_for(tmp_path, wide.encode(), SMALL)
    reason = reason_for(tmp_path, zstandard.ZstdCompressor().compress(wide.encode()), SMALL)
    assert "decompresses to more than 2 MiB" in reason or "larger than 1 MiB" in reason
    spaced = b"[" + b" " * 3 * MIB + dumps(visit()).encode()[1:]
    no_ratio = ReadLimits(max_decoded_bytes=2 * MIB, max_ratio=10_000)
    assert "decompresses to more than 2 MiB" in reason_for(
        tmp_path, gzip.compress(spaced), no_ratio
    )


def test_compressed_fields_share_the_limit(tmp_path: Path) -> None:
    """A bomb in a `cv` field, or many small ones, is refused like a bomb of a file."""
    field = gzip.compress(b'{"node":"' + b"x" * MIB + b'"}').decode("latin-1")
    events = [
        {"type": 2, "data": field, "timestamp": START_MS + n, "cv": "2024-10"} for n in range(4)
    ]
    reason = reason_for(tmp_path, dumps(events).encode(), SMALL)
    assert "a compressed field: it decompresses to more than" in reason


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"events":'])
def test_deep_nesting_is_refused(tmp_path: Path, opening: str) -> None:
    """Documents nested 100,000 deep are refused, whole or cut off."""
    with frugally():
        reason = reason_for(tmp_path, (opening * 100_000).encode())
    assert "nested deeper than 512 levels" in reason or "stops in the middle" in reason


@pytest.mark.parametrize("levels", range(880, 1_000, 10))
def test_nesting_at_the_edge_of_the_parser(tmp_path: Path, levels: int) -> None:
    """Just where the parser's own limit lies, files are still read or refused in words."""
    deep = "[" * levels + "]" * levels
    event = f'{{"type":5,"timestamp":1,"cv":"2024-10","data":{deep}}}'
    for text in (deep, event, f'{{"events":[{event}]}}', json.dumps([event]), json.dumps(deep)):
        reason = reason_for(tmp_path, text.encode())
        assert "Cannot read 'recording' at" in reason


def test_a_deep_event_costs_only_itself(tmp_path: Path) -> None:
    """A DOM deeper than any real one is left out with a note; one of 200 levels stays."""
    deep = {"type": 5, "data": json.loads('{"a":' * 600 + "1" + "}" * 600), "timestamp": START_MS}
    fine = {"type": 5, "data": json.loads('{"a":' * 400 + "1" + "}" * 400), "timestamp": START_MS}
    recording = read_bytes(tmp_path, dumps([*visit(), deep, fine]).encode())
    assert len(recording.events) == len(visit()) + 1
    assert recording.notes == ("an event nested deeper than 512 levels was left out",)


def test_depth_looks_past_brackets_in_texts() -> None:
    """Brackets in strings, also behind escapes, are no levels."""
    assert not depth_exceeds(b'{"a":"' + b"[" * 600 + b'"}', 512)
    assert not depth_exceeds(b'{"a":"\\\\\\"' + b"[" * 600 + b'"}', 512)
    assert not depth_exceeds(b"[" + b"[]," * 600 + b"1]", 512)
    assert depth_exceeds(b'["\\\\",' + b"[" * 512 + b"]" * 513, 512)


def test_events_are_counted(tmp_path: Path) -> None:
    """A file with more events than the limit is refused with both numbers."""
    limits = ReadLimits(max_events=5)
    reason = reason_for(tmp_path, dumps(visit()).encode(), limits)
    assert "it holds 8 events, above the limit of 5" in reason


def test_values_are_counted(tmp_path: Path) -> None:
    """Lists of bare numbers take thirty times their size in memory, so they are bounded."""
    limits = ReadLimits(max_values=1_000_000)
    with frugally():
        reason = reason_for(tmp_path, b"[" + b"1," * 2_000_000 + b"1]", limits)
    assert "it holds more than 1,000,000 values" in reason


def test_a_giant_event_is_left_out(tmp_path: Path) -> None:
    """One event beyond the limit costs itself and a note."""
    giant = {"type": 5, "data": {"tag": "x" * 2 * MIB}, "timestamp": START_MS}
    limits = ReadLimits(max_event_bytes=MIB)
    recording = read_bytes(tmp_path, dumps([*visit(), giant]).encode(), limits)
    assert len(recording.events) == len(visit())
    assert recording.notes == ("an event larger than 1 MiB was left out",)


def long_visit(path: Path, events: int) -> None:
    """A recording like a busy page's: some 440 bytes an event."""
    added = {"type": 2, "tagName": "div", "attributes": {"class": "row item", "data-x": "y" * 240}}
    template = dumps(
        {
            "type": 3,
            "data": {
                "source": 0,
                "texts": [],
                "attributes": [{"id": 7, "attributes": {"class": "a b"}}],
                "removes": [],
                "adds": [{"parentId": 5, "nextId": None, "node": {**added, "id": 11}}],
            },
            "timestamp": 0,
        }
    )
    head, _, _ = template.rpartition("0}")
    body = ",".join(f"{head}{START_MS + 40 * number}}}" for number in range(events))
    path.write_text(f"[{body}]", encoding="utf-8")


def test_a_hundred_thousand_events_are_read_whole(tmp_path: Path) -> None:
    """45 MB in one file are within the limits as they come; how fast is a figure of `make bench`."""
    path = tmp_path / "long.json"
    long_visit(path, 100_000)
    source = FolderSource.open([path])
    (ref,) = source.list().refs
    assert len(source.read(ref).events) == 100_000


def test_memory_stays_near_the_size_of_the_file(tmp_path: Path) -> None:
    """What is kept is the file's events; what is needed meanwhile is the file once more."""
    path = tmp_path / "long.json"
    long_visit(path, 5_000)
    size = path.stat().st_size
    source = FolderSource.open([path])
    ref: RecordingRef = source.list().refs[0]
    tracemalloc.start()
    recording = source.read(ref)
    kept, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(recording.events) == 5_000
    assert kept < 1.6 * size
    assert most < 4 * size


def test_listing_keeps_no_events(tmp_path: Path) -> None:
    """A folder of recordings is listed from heads, in time and memory that do not grow with them."""
    for number in range(10):
        long_visit(tmp_path / f"{number:02}.json", 1_000)
    source = FolderSource.open([tmp_path])
    tracemalloc.start()
    assert len(source.list().refs) == 10
    kept, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < MIB
    assert most < 3 * MIB
