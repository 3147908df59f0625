"""What a PostHog project would hold of a folder of recordings: blobs, a list, product events."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from graph.sources.folder import FolderSource
from graph.sources.recording import EventType, RawEvent, Recording

EVENTS_OF_A_BLOB = 200
CONSOLE = "rrweb/console@1"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSession:
    """One recorded session as PostHog stores it."""

    session_id: str
    distinct_id: str
    started_ms: int
    ended_ms: int
    console_errors: int
    blobs: tuple[str, ...]
    """JSON lines ``["<window>", event]``."""
    events: tuple[dict[str, Any], ...]
    """Rows of the table of product events."""


def stored_sessions(folder: Path) -> tuple[StoredSession, ...]:
    """The sessions of a folder; where it has no product events, those that posthog-js would have sent."""
    source = FolderSource.open([folder])
    return tuple(_stored(source.read(ref)) for ref in source.list().refs)


def _stored(recording: Recording) -> StoredSession:
    lines = [_line(event) for event in recording.events]
    blobs = [lines[at : at + EVENTS_OF_A_BLOB] for at in range(0, len(lines), EVENTS_OF_A_BLOB)]
    last = recording.events[-1].timestamp_ms if recording.events else recording.start_ms
    return StoredSession(
        session_id=recording.session_id,
        distinct_id=f"user-{recording.digest[:8]}",
        started_ms=recording.start_ms,
        ended_ms=last,
        console_errors=sum(1 for event in recording.events if _is_console_error(event)),
        blobs=tuple("\n".join(blob) for blob in blobs),
        events=tuple(_rows(recording)),
    )


def _line(event: RawEvent) -> str:
    told = {"type": event.type, "timestamp": event.timestamp_ms, "data": event.read()}
    return json.dumps([event.window_id, told], ensure_ascii=False)


def _is_console_error(event: RawEvent) -> bool:
    if event.type != EventType.PLUGIN:
        return False
    data = event.read()
    payload = data.get("payload", {})
    return data.get("plugin") == CONSOLE and payload.get("level") == "error"


def _rows(recording: Recording) -> Iterator[dict[str, Any]]:
    for number, (name, at_ms, properties) in enumerate(_captured(recording)):
        yield {
            "uuid": f"{recording.session_id}-{number}",
            "event": name,
            "timestamp": iso(at_ms),
            "distinct_id": f"user-{recording.digest[:8]}",
            "elements_chain": "",
            "properties": {"$session_id": recording.session_id, **properties},
            "person": {"email": f"user-{recording.digest[:8]}@example.com"},
        }


def _captured(recording: Recording) -> Iterable[tuple[str, int, dict[str, Any]]]:
    if recording.product_events:
        for one in recording.product_events:
            yield one.name, one.timestamp_ms, {"$current_url": one.url}
        return
    url = ""
    for event in recording.events:
        if event.type == EventType.META:
            url = str(event.read().get("href", ""))
            yield "$pageview", event.timestamp_ms, {"$current_url": url}
        elif _is_console_error(event):
            yield (
                "$exception",
                event.timestamp_ms,
                {"$current_url": url, "$exception_types": ["Error"]},
            )


def iso(moment_ms: int) -> str:
    """As PostHog writes times."""
    return datetime.fromtimestamp(moment_ms / 1_000, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
