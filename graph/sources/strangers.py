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
    (b"<", "a web page or XML, perhaps a sign-in page", "Download the file again, signed in."),
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

_AROUND_EVENTS = frozenset({"snapshots", "events", "data", "result", "results"})

_MAX_LISTS = 4
_LIST_OPENS = ord("[")
_LIST = msgspec.json.Decoder(list[Raw])
_KEYS = msgspec.json.Decoder(dict[str, Raw])


def refuse_text(reading: Reading, body: bytes) -> Exception:
    """The error for a file that does not start like JSON."""
    if not body.strip():
        return reading.refuse(_PLACE_OF_TEXT, "there is nothing in it", _STILL_UPLOADING)
    for magic, name, remedy in _BINARY:
        if body.lstrip().startswith(magic):
            return reading.refuse(_PLACE_OF_TEXT, f"it is {name}", remedy)
    if b"\0" in body[:1024]:
        return reading.refuse(_PLACE_OF_TEXT, "it is binary and of no kind that is read", _WANTED)
    columns = _csv_columns(body)
    if columns:
        return reading.refuse(
            "line 1",
            f"it is a table in CSV whose columns are not known ({', '.join(columns)})",
            "Say which columns hold event, time and session: `--column-map FILE` (docs/formats.md).",
        )
    return reading.refuse(_PLACE_OF_TEXT, "it is text and not JSON", _WANTED)


def _csv_columns(body: bytes) -> list[str]:
    first = body.partition(b"\n")[0].strip().decode("utf-8", "replace")
    columns = [column.strip(' "') for column in first.split(",")]
    named = len(columns) > 1 and all(column.replace("_", " ").isprintable() for column in columns)
    return columns[:6] if named and all(0 < len(column) <= 40 for column in columns) else []


def refuse_values(reading: Reading, values: Sequence[Raw]) -> Exception:
    """The error for JSON without events."""
    keys = _keys_of_first(values)
    if keys is None:
        return reading.refuse(_PLACE_OF_VALUES, "there are no events in it", _STILL_UPLOADING)
    for stranger in _STRANGERS:
        if stranger.keys <= keys:
            return reading.refuse(_PLACE_OF_VALUES, stranger.problem, stranger.remedy)
    if keys & _AROUND_EVENTS:
        return reading.refuse(_PLACE_OF_VALUES, "there are no events in it", _STILL_UPLOADING)
    named = ", ".join(repr(key[:30]) for key in sorted(keys)[:6])
    found = f"an object with {named}" if keys else "no object with names"
    return reading.refuse(
        _PLACE_OF_VALUES, f"it is JSON without rrweb or product events ({found})", _WANTED
    )


def _keys_of_first(values: Sequence[Raw]) -> frozenset[str] | None:
    """The names in the first object; none where something else stands, None where nothing does."""
    here = next(iter(values), None)
    for _ in range(_MAX_LISTS):
        if here is None or memoryview(here)[0] != _LIST_OPENS:
            break
        here = next(iter(_LIST.decode(here)), None)
    if here is None:
        return None
    try:
        return frozenset(_KEYS.decode(here))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return frozenset()
