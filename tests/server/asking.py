"""Asking a server as its clients do: requests, and event streams that may be cut."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from graph.settings import Settings


class Told(NamedTuple):
    """One server-sent event."""

    id: str
    event: str
    data: Any


@dataclass(frozen=True)
class Served:
    """A server that runs, and a client of it."""

    url: str
    client: httpx.Client
    shop: Path
    settings: Settings

    def start(self, **fields: Any) -> str:
        body = {"source": {"paths": [str(self.shop)]}, **fields}
        answer = self.client.post("/v1/runs", json=body)
        assert answer.status_code == 202, answer.text
        return answer.json()["run_id"]

    def finished(self, **fields: Any) -> str:
        run_id = self.start(**fields)
        self.events(run_id)
        return run_id

    def events(self, run_id: str, headers: Mapping[str, str] | None = None) -> list[Told]:
        """All events of a run, to the end of the stream."""
        with self.stream(f"/v1/runs/{run_id}/events", headers) as told:
            return list(told)

    def cut(self, run_id: str, after: str, count: int) -> list[Told]:
        """Some events after one, and then the connection is gone."""
        headers = {"Last-Event-ID": after} if after else None
        with self.stream(f"/v1/runs/{run_id}/events", headers) as told:
            return [event for event, _ in zip(told, range(count), strict=False)]

    @contextmanager
    def stream(
        self, path: str, headers: Mapping[str, str] | None = None
    ) -> Generator[Iterator[Told]]:
        with self.client.stream("GET", path, headers=headers) as response:
            assert response.status_code in (200, 204), response.read()
            yield read_events(response.iter_lines())


def read_events(lines: Iterator[str]) -> Iterator[Told]:
    """Events of a stream as the standard parses them; comments are skipped."""
    fields: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        if name:
            fields[name] = value
        elif "data" in fields:
            yield Told(fields.get("id", ""), fields.get("event", ""), json.loads(fields["data"]))
            fields = {}
