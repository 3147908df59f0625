"""Small recordings of a shop whose "Pay now" does nothing, and an engine that reads them."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graph.engine import RunEngine
from graph.errors import RecordingUnreadable
from graph.runs.run import RunRequest, SourceSpec
from graph.runs.source_door import PathOpener
from graph.settings import Settings
from graph.sources.folder import open_source
from graph.sources.recording import Listing, Recording, RecordingRef, RecordingSource
from graph.stream.events import RUN_EVENT, RunEvent

START_MS = 1_760_000_000_000

Event = dict[str, Any]
Broken = Callable[[str], bool]


def visit(number: int, *, clicks: int = 5, extra_events: int = 0) -> list[Event]:
    """One visit: look around, then press "Pay now" in vain. No two visits have the same events."""
    start = START_MS + number * 60_000
    events: list[Event] = [
        {
            "type": 4,
            "timestamp": start,
            "data": {"href": "https://shop.test/pay", "width": 900, "height": 700},
        },
        {
            "type": 2,
            "timestamp": start + 20,
            "data": {"node": _page(), "initialOffset": {"left": 0, "top": 0}},
        },
    ]
    events += [_moved(start + 100 + 5 * step, 30 + step % 50) for step in range(extra_events)]
    first = start + 7_000 + 10 * number + 5 * extra_events
    events += [_clicked(first + 400 * click) for click in range(clicks)]
    events.append(_moved(first + 400 * clicks + 3_000, 400))
    return events


def write_visits(folder: Path, count: int, **options: int) -> Path:
    """A folder with that many visits in which "Pay now" did nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        (folder / f"visit_{number:03}.json").write_text(json.dumps(visit(number, **options)))
    return folder


def settings_of(data_dir: Path, **explicit: object) -> Settings:
    return Settings.from_env({}, data_dir=data_dir, concurrency=3, **explicit)


def request_of(*paths: Path, **fields: Any) -> RunRequest:
    return RunRequest(source=SourceSpec(paths=tuple(str(path) for path in paths)), **fields)


async def events_of(engine: RunEngine, run_id: str, after: int = 0) -> list[RunEvent]:
    """The run's events to its last."""
    return [RUN_EVENT.validate_json(entry.data) async for entry in engine.follow(run_id, after)]


def counted(events: Sequence[RunEvent]) -> Counter[str]:
    return Counter(event.type for event in events)


def _page() -> Event:
    button = _element(5, "button", {"id": "pay"}, [_text(6, "Pay now")])
    heading = _element(7, "h1", {}, [_text(8, "Checkout")])
    body = _element(4, "body", {}, [heading, button])
    html = _element(2, "html", {}, [_element(3, "head", {}, []), body])
    return {"type": 0, "id": 1, "childNodes": [html]}


def _element(id_: int, tag: str, attributes: dict[str, str], children: list[Event]) -> Event:
    return {"type": 2, "id": id_, "tagName": tag, "attributes": attributes, "childNodes": children}


def _text(id_: int, content: str) -> Event:
    return {"type": 3, "id": id_, "textContent": content}


def _clicked(timestamp: int) -> Event:
    data = {"source": 2, "type": 2, "id": 5, "x": 60, "y": 120}
    return {"type": 3, "timestamp": timestamp, "data": data}


def _moved(timestamp: int, x: int) -> Event:
    data = {"source": 1, "positions": [{"x": x, "y": 90, "id": 4, "timeOffset": 0}]}
    return {"type": 3, "timestamp": timestamp, "data": data}


@dataclass(frozen=True)
class PartlyUnreadable:
    """A source some of whose recordings turn out to be broken when they are read."""

    inner: RecordingSource
    broken: Broken
    pause_seconds: float = 0.0

    @property
    def label(self) -> str:
        return self.inner.label

    def list(self) -> Listing:
        return self.inner.list()

    def read(self, ref: RecordingRef) -> Recording:
        time.sleep(self.pause_seconds)
        if self.broken(ref.session_id):
            raise RecordingUnreadable(ref.file, "byte 9", "it is cut off", "Export it again.")
        return self.inner.read(ref)


def breaking(broken: Broken) -> PathOpener:
    return lambda paths, _: PartlyUnreadable(open_source(paths), broken)


def slowly(pause_seconds: float) -> PathOpener:
    return lambda paths, _: PartlyUnreadable(open_source(paths), lambda _: False, pause_seconds)
