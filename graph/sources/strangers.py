"""What to tell somebody who gave a file that is no recording: what it seems to be, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from msgspec import Raw

from graph.sources.reading import Reading

_WANTED = "Give rrweb events or a PostHog recording or event rows, as JSON or JSON Lines."


class _Stranger(NamedTuple):
    """Something people have lying beside their recordings."""

    keys: frozenset[str]
    """It is this where all these keys are there."""
    problem: str
    remedy: str


_STRANGERS = (
    _Stranger(
        frozenset({"sources"}),
        "it lists where the snapshots of a recording are, and holds none of them",
        "Fetch each source (PostHog: `/snapshots?source=blob_v2&...`) and give those files.",
    ),
    _Stranger(
        frozenset({"path", "method", "body"}),
        "it holds raw capture requests of an analytics client, which are not read yet",
        "Query the events instead (`columns` and `results`) and give that answer as JSON.",
    ),
    _Stranger(
        frozenset({"recording_duration"}),
        "it describes a recording and holds none of its events",
        "Export the snapshots of the recording (PostHog: Export to file) and give that file.",
    ),
    _Stranger(
        frozenset({"start_url", "click_count"}),
        "it describes a recording and holds none of its events",
        "Export the snapshots of the recording (PostHog: Export to file) and give that file.",
    ),
    _Stranger(
        frozenset({"replay_id", "segment_id"}),
        "it describes a segment of a replay and holds none of its events",
        "Download the segment's recording data and give that file.",
    ),
)

_BINARY = (
    (b"PK\x03\x04", "a zip archive", "Unpack it and give the files inside."),
    (b"SQLite format 3", "a database", _WANTED),
    (
        b"\xff\x06\x00\x00sNaPpY",
        "compressed with snappy, which is not read",
        "Decompress it first.",
    ),
)

_STILL_UPLOADING = "The recording may still be uploading, or nothing was recorded: export it again."

_PLACE_OF_TEXT = "byte 0"
_PLACE_OF_VALUES = "its top level"

_MAX_LISTS = 4
_LIST_OPENS = ord("[")
_LIST = msgspec.json.Decoder(list[Raw])
_KEYS = msgspec.json.Decoder(dict[str, Raw])


def refuse_text(reading: Reading, body: bytes) -> Exception:
    """The error for a file that does not start like JSON."""
    if not body.strip():
        return reading.refuse(
            _PLACE_OF_TEXT, "it is empty", "It may still be uploading; try again in a few minutes."
        )
    for magic, name, remedy in _BINARY:
        if body.startswith(magic):
            return reading.refuse(_PLACE_OF_TEXT, f"it is {name}", remedy)
    if b"\0" in body[:1024]:
        return reading.refuse(_PLACE_OF_TEXT, "it is binary and of no kind that is read", _WANTED)
    columns = _csv_columns(body)
    if columns:
        return reading.refuse(
            "line 1",
            f"it is a table of events in CSV ({', '.join(columns)}), which is not read yet",
            _WANTED,
        )
    return reading.refuse(_PLACE_OF_TEXT, "it is text and not JSON", _WANTED)


def _csv_columns(body: bytes) -> list[str]:
    first = body.partition(b"\n")[0].strip().decode("utf-8", "replace")
    columns = [column.strip(' "') for column in first.split(",")]
    named = len(columns) > 1 and all(column.replace("_", " ").isprintable() for column in columns)
    return columns[:6] if named and all(0 < len(column) <= 40 for column in columns) else []


def refuse_values(reading: Reading, values: Sequence[Raw]) -> Exception:
    """The error for JSON without events."""
    sample = _sample(values)
    if not sample:
        return reading.refuse(_PLACE_OF_VALUES, "there are no events in it", _STILL_UPLOADING)
    for stranger in _STRANGERS:
        if stranger.keys <= sample:
            return reading.refuse(_PLACE_OF_VALUES, stranger.problem, stranger.remedy)
    if any(key in sample for key in ("snapshots", "events", "data", "result", "results")):
        return reading.refuse(_PLACE_OF_VALUES, "there are no events in it", _STILL_UPLOADING)
    keys = ", ".join(repr(key[:30]) for key in sorted(sample)[:6])
    return reading.refuse(
        _PLACE_OF_VALUES, f"it is JSON without rrweb or product events (it has {keys})", _WANTED
    )


def _sample(values: Sequence[Raw]) -> frozenset[str]:
    """The keys of the first object, or what stands there instead; empty where nothing does."""
    here = next(iter(values), None)
    for _ in range(_MAX_LISTS):
        if here is None or memoryview(here)[0] != _LIST_OPENS:
            break
        here = next(iter(_LIST.decode(here)), None)
    if here is None:
        return frozenset()
    try:
        return frozenset(_KEYS.decode(here)) or frozenset({"no keys"})
    except (msgspec.DecodeError, UnicodeDecodeError):
        return frozenset({"no object"})
