"""One recording, written in every shape, compression and order that a source must read."""

from __future__ import annotations

import base64
import copy
import gzip
import json
import urllib.parse
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import zstandard

from graph.errors import RecordingUnreadable
from graph.sources.folder import FolderSource
from graph.sources.limits import ReadLimits
from graph.sources.recording import Listing, Recording

Event = dict[str, Any]

SESSION = "0195e5d1-77aa-7b13-904d-2ab98a0cf972"
WINDOW = "019516d1-7300-7b13-904d-2ab98a0cf972"
START_MS = 1_760_000_000_000


def visit(clicks: int = 3) -> list[Event]:
    """A small web recording: a page, some clicks, a change of its text, a style rule."""
    page: Event = {
        "type": 0,
        "id": 1,
        "childNodes": [
            {"type": 2, "id": 2, "tagName": "button", "attributes": {}, "childNodes": []}
        ],
    }
    events: list[Event] = [
        {"type": 4, "data": {"href": "https://shop.example/", "width": 800, "height": 600}},
        {"type": 2, "data": {"node": page, "initialOffset": {"left": 0, "top": 0}}},
    ]
    events += [
        {"type": 3, "data": {"source": 2, "type": 2, "id": 2, "x": 10 + click, "y": 20}}
        for click in range(clicks)
    ]
    added = {
        "parentId": 2,
        "nextId": None,
        "node": {"type": 3, "id": 9, "textContent": 'Sold "é" 😀'},
    }
    events += [
        {
            "type": 3,
            "data": {"source": 0, "adds": [added], "removes": [], "texts": [], "attributes": []},
        },
        {"type": 3, "data": {"source": 8, "id": 2, "adds": [{"rule": "a{}"}], "removes": []}},
        {"type": 5, "data": {"tag": "$pageview", "payload": {"href": "https://shop.example/"}}},
    ]
    return [
        {**event, "timestamp": START_MS + 500 * position} for position, event in enumerate(events)
    ]


def dumps(value: object) -> str:
    """JSON as a browser writes it."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def lines(values: Sequence[object]) -> str:
    """JSON Lines with the empty line that blob files end with."""
    return "".join(dumps(value) + "\n" for value in values) + "\n"


def snapshots(events: Sequence[Event]) -> list[Event]:
    """As PostHog exports them."""
    return [
        {"windowId": WINDOW, **event, "seen": 7 + number, "delay": -1.5 * number}
        for number, event in enumerate(events)
    ]


def packed(event: Event) -> str:
    """As rrweb's packer writes an event."""
    return zlib.compress(dumps({**event, "v": "v1"}).encode()).decode("latin-1")


def compressed_fields(events: Sequence[Event]) -> list[Event]:
    """As PostHog's recorder compresses parts of events (`cv` 2024-10)."""
    return [_compressed(event) for event in copy.deepcopy(list(events))]


def _compressed(event: Event) -> Event:
    data = event["data"]
    names = {0: ("adds", "removes", "texts", "attributes"), 8: ("adds", "removes")}
    if event["type"] == 2:
        return {**event, "cv": "2024-10", "data": _as_gzip_text(data)}
    if event["type"] != 3 or data["source"] not in names:
        return event
    for name in names[data["source"]]:
        data[name] = _as_gzip_text(data[name])
    return {**event, "cv": "2024-10"}


def _as_gzip_text(value: object) -> str:
    return gzip.compress(dumps(value).encode()).decode("latin-1")


def captured(events: Sequence[Event]) -> list[dict[str, Any]]:
    """As posthog-js sends what it recorded: two events that carry a list each."""
    return [
        {
            "event": "$snapshot",
            "properties": {
                "$snapshot_data": part,
                "$session_id": SESSION,
                "$window_id": WINDOW,
                "$lib": "web",
            },
            "offset": 12,
        }
        for part in (events[:2], events[2:])
    ]


def as_request(batch: Sequence[object]) -> dict[str, str]:
    """A capture request as it was logged: a form, in it base64, in it gzip."""
    inner = base64.b64encode(gzip.compress(dumps(batch).encode())).decode()
    form = urllib.parse.urlencode({"data": inner, "compression": "gzip"})
    return {"method": "POST", "path": "/e/", "body": base64.b64encode(form.encode()).decode()}


SHAPES: dict[str, Callable[[Sequence[Event]], str]] = {
    "rrweb array": dumps,
    "rrweb array, indented and escaped": lambda events: json.dumps(list(events), indent=2),
    "rrweb array, keys in another order": lambda events: json.dumps(_reversed(list(events))),
    "rrweb lines": lines,
    "rrweb wrapper": lambda events: dumps({"title": "a visit", "events": events}),
    "rrweb in a wrapper's text": lambda events: dumps({"events": dumps(events)}),
    "rrweb packed": lambda events: dumps([packed(event) for event in events]),
    "rrweb as lines of text": lambda events: lines([dumps(event) for event in events]),
    "posthog export": lambda events: dumps(
        {"version": "2023-04-28", "data": {"person": {"id": 1}, "snapshots": snapshots(events)}}
    ),
    "posthog snapshots": lambda events: dumps(snapshots(events)),
    "posthog v1 lines": lambda events: lines(
        [{"window_id": WINDOW, "data": events[:2]}, {"windowId": WINDOW, "data": events[2:]}]
    ),
    "posthog v1 array": lambda events: dumps([{"window_id": WINDOW, "data": events}]),
    "posthog blob_v2 lines": lambda events: lines([[WINDOW, event] for event in events]),
    "posthog blob_v2 array": lambda events: dumps([[WINDOW, event] for event in events]),
    "posthog cv fields": lambda events: lines(
        [[WINDOW, event] for event in compressed_fields(events)]
    ),
    "posthog legacy": lambda events: dumps({"result": {"snapshots": events}}),
    "posthog legacy by window": lambda events: dumps(
        {"snapshot_data_by_window_id": {WINDOW: events}}
    ),
    "sentry segments": lambda events: lines(
        [{"segment_id": 0}, events[:3], {"segment_id": 1}, events[3:]]
    ),
    "posthog capture batch": lambda events: dumps({"api_key": "phc_x", "batch": captured(events)}),
    "posthog captured requests": lambda events: lines(
        [as_request(captured(events)[:1]), as_request(captured(events)[1:])]
    ),
    "sentry segment list": lambda events: dumps([events[:3], events[3:]]),
}


def _reversed(value: Any) -> Any:
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        return {key: _reversed(members[key]) for key in reversed(list(members))}
    if isinstance(value, list):
        return [_reversed(item) for item in cast("list[Any]", value)]
    return value


def _in_members(body: bytes) -> bytes:
    half = len(body) // 2
    return gzip.compress(body[:half]) + gzip.compress(b"") + gzip.compress(body[half:])


def _in_frames(body: bytes) -> bytes:
    compress = zstandard.ZstdCompressor().compress
    return compress(body[:50]) + compress(body[50:])


COMPRESSIONS: dict[str, Callable[[bytes], bytes]] = {
    "none": bytes,
    "gzip": gzip.compress,
    "gzip members": _in_members,
    "gzip twice": lambda body: gzip.compress(gzip.compress(body)),
    "zlib": zlib.compress,
    "zlib behind a segment's header": lambda body: b'{"segment_id":3}\n' + zlib.compress(body),
    "zstd": zstandard.ZstdCompressor().compress,
    "zstd frames": _in_frames,
    "zstd in gzip": lambda body: gzip.compress(zstandard.ZstdCompressor().compress(body)),
    "byte order mark": lambda body: b"\xef\xbb\xbf" + body,
    "UTF-16": lambda body: body.decode().encode("utf-16"),
}


def listing_of(path: Path, limits: ReadLimits | None = None) -> Listing:
    """What a source of this path lists."""
    return FolderSource.open([path], limits).list()


def read_all(*paths: Path, limits: ReadLimits | None = None) -> list[Recording]:
    """Every recording of these paths."""
    source = FolderSource.open(list(paths), limits)
    return [source.read(ref) for ref in source.list().refs]


def read_bytes(folder: Path, body: bytes, limits: ReadLimits | None = None) -> Recording:
    """The one recording that these bytes are, in a file whose name says nothing."""
    path = folder / "recording"
    path.write_bytes(body)
    (recording,) = read_all(path, limits=limits)
    return recording


def reason_for(folder: Path, body: bytes, limits: ReadLimits | None = None) -> str:
    """Why these bytes cannot be read as a recording: from the listing, else from reading."""
    path = folder / "recording"
    path.write_bytes(body)
    source = FolderSource.open([path], limits)
    listing = source.list()
    if listing.unreadable:
        (unreadable,) = listing.unreadable
        return unreadable.reason
    try:
        source.read(listing.refs[0])
    except RecordingUnreadable as error:
        return str(error)
    return ""


def plainly(recording: Recording) -> list[tuple[int, int, Any]]:
    """The events as values."""
    return [(event.type, event.timestamp_ms, event.read()) for event in recording.events]


def expected(events: Sequence[Event]) -> list[tuple[int, int, Any]]:
    """What a source must give for events of distinct times."""
    by_time = sorted(events, key=lambda event: event["timestamp"])
    return [(event["type"], event["timestamp"], event["data"]) for event in by_time]
