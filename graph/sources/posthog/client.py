"""The part of PostHog's HTTP interface that is read: queries and recordings."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import msgspec

from graph.errors import RecordingNotFound, SettingsError, SourceError, SourceUnavailable
from graph.sources.posthog.hogql import Query
from graph.sources.posthog.throttle import QUERIES, SNAPSHOTS, Pause, Tell, Throttle

ATTEMPTS = 5
"""Of one request: refused for its rate, or failed at PostHog or on the way."""

FIRST_PAUSE_SECONDS = 1.0
"""Doubles with each failure."""

UNKNOWN_WAIT_SECONDS = 60.0
"""Where PostHog refuses without saying for how long: the stretch of its shortest limit."""

MAX_BODY_BYTES = 256 * 1024 * 1024
TIMEOUT = httpx.Timeout(60.0, connect=10.0)
"""Seconds without a byte. Queries over weeks take tens of seconds."""

KEYS_AT_ONCE = 20
"""Blobs that one request may name."""

_EXPECTED = re.compile(r"available in (\d+) second")


class Table(msgspec.Struct):
    """A query's answer: rows as lists, in the order of the columns."""

    columns: list[str]
    results: list[list[Any]]


class _Source(msgspec.Struct):
    source: str
    blob_key: str | int | None = None


class _Sources(msgspec.Struct):
    sources: list[_Source] = msgspec.field(default_factory=list[_Source])


@dataclass(frozen=True, slots=True)
class PostHogProject:
    """Where a project is, and the key that opens it."""

    host: str
    project: str
    key: str = field(repr=False)

    @classmethod
    def at(cls, host: str, project: str, key: str) -> PostHogProject:
        """A project, checked.

        Raises:
            SettingsError: something is missing, or the key would travel unencrypted.
        """
        for name, value in (("SNAGS_POSTHOG_PROJECT", project), ("SNAGS_POSTHOG_KEY", key)):
            if not value:
                raise SettingsError(
                    f"{name} is not set. A PostHog source needs the project's id (in its settings) "
                    "and a personal API key with the scopes query:read and session_recording:read."
                )
        place = urlsplit(host)
        loopback = place.hostname in ("localhost", "127.0.0.1", "::1")
        if place.scheme != "https" and not (place.scheme == "http" and loopback):
            raise SettingsError(
                f"SNAGS_POSTHOG_HOST is {host!r}: the key would be sent in the open. Give an address "
                "that begins with https://."
            )
        return cls(host.rstrip("/"), project, key)

    def replay_link(self, session_id: str) -> str:
        """The session's replay in PostHog; ``?t=`` and seconds open it at a moment."""
        return f"{self.host}/project/{quote(self.project)}/replay/{quote(session_id)}"


class PostHogClient:
    """Requests to one project, within its limits. Safe to use from several threads."""

    def __init__(
        self,
        project: PostHogProject,
        *,
        snapshots: Throttle | None = None,
        queries: Throttle | None = None,
        pause: Pause = time.sleep,
    ) -> None:
        self.project = project
        self._snapshots = snapshots or Throttle("snapshot", SNAPSHOTS)
        self._queries = queries or Throttle("query", QUERIES)
        self._pause = pause
        self._http = httpx.Client(
            base_url=f"{project.host}/api/projects/{quote(project.project)}/",
            headers={"Authorization": f"Bearer {project.key}", "User-Agent": "snags"},
            timeout=TIMEOUT,
            follow_redirects=False,
        )

    def close(self) -> None:
        """Close its connections."""
        self._http.close()

    def query(self, query: Query, tell: Tell) -> bytes:
        """The answer to a query, as PostHog sent it.

        Raises:
            SourceError: PostHog refuses the query or the key.
            SourceUnavailable: PostHog did not answer.
        """
        asked = {"kind": "HogQLQuery", "query": query.text, "values": query.values}
        return self._request(
            self._queries, tell, "POST", "query/", content=msgspec.json.encode({"query": asked})
        )

    def blob_keys(self, session_id: str, tell: Tell) -> tuple[int, ...]:
        """The keys of a recording's blobs, in order.

        Raises:
            RecordingNotFound: PostHog has no such recording any more.
            SourceError: PostHog refuses, or stores it in a way that is not read.
            SourceUnavailable: PostHog did not answer.
        """
        body = self._request(self._snapshots, tell, "GET", _snapshots(session_id))
        try:
            listed = msgspec.json.decode(body, type=_Sources).sources
            keys = [
                int(one.blob_key)
                for one in listed
                if one.source == "blob_v2" and one.blob_key is not None
            ]
        except (msgspec.DecodeError, ValueError) as error:
            raise SourceError(
                f"PostHog's list of the parts of recording {session_id!r} is not understood: {error}. "
                "Export the recording to a file, and give that."
            ) from error
        if listed and not keys:
            kinds = ", ".join(sorted({one.source for one in listed}))
            raise SourceError(
                f"PostHog stores recording {session_id!r} as {kinds}, and only blob_v2 is read. "
                "Export the recording to a file, and give that."
            )
        return tuple(sorted(keys))

    def blobs(self, session_id: str, first: int, last: int, tell: Tell) -> bytes:
        """The lines of some of a recording's blobs.

        Raises:
            RecordingNotFound: PostHog has no such recording any more.
            SourceError: PostHog refuses.
            SourceUnavailable: PostHog did not answer.
        """
        asked = {"source": "blob_v2", "start_blob_key": str(first), "end_blob_key": str(last)}
        return self._request(self._snapshots, tell, "GET", _snapshots(session_id), params=asked)

    def _request(
        self,
        throttle: Throttle,
        tell: Tell,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> bytes:
        """The body of the answer; asked again where that can help."""
        problem, pause = "", FIRST_PAUSE_SECONDS
        for _ in range(ATTEMPTS):
            throttle.pass_through(tell)
            request = self._http.build_request(
                method,
                path,
                params=params,
                content=content,
                headers={"Content-Type": "application/json"},
            )
            try:
                status, headers, body = self._sent(request)
            except httpx.HTTPError as error:
                problem = f"{type(error).__name__}: {error}"
            else:
                if status == HTTPStatus.OK:
                    return body
                if status == HTTPStatus.TOO_MANY_REQUESTS:
                    throttle.close_for(_wait_of(headers, body))
                    problem = "it answers that too much was asked of it"
                    continue
                if status < HTTPStatus.INTERNAL_SERVER_ERROR:
                    raise _refusal(status, body, self.project)
                problem = f"it answers {status}"
            self._pause(pause)
            pause *= 2
        raise SourceUnavailable(
            f"PostHog at {self.project.host} could not be asked, {ATTEMPTS} times: {problem}. What was "
            "fetched is kept: start the run again later."
        )

    def _sent(self, request: httpx.Request) -> tuple[int, httpx.Headers, bytes]:
        """Status, headers and body, read no farther than the limit."""
        response = self._http.send(request, stream=True)
        try:
            pieces: list[bytes] = []
            size = 0
            for piece in response.iter_bytes():
                size += len(piece)
                if size > MAX_BODY_BYTES:
                    raise SourceError(
                        f"PostHog's answer is larger than {MAX_BODY_BYTES // 2**20} MiB. Ask for a "
                        "shorter period, or leave the recording out."
                    )
                pieces.append(piece)
            return response.status_code, response.headers, b"".join(pieces)
        finally:
            response.close()


def _snapshots(session_id: str) -> str:
    return f"session_recordings/{quote(session_id, safe='')}/snapshots"


def _wait_of(headers: httpx.Headers, body: bytes) -> float:
    """Seconds to wait, as PostHog's throttle says them: in a header, or in words."""
    named = headers.get("retry-after", "")
    if named.isdigit():
        return float(named)
    said = _EXPECTED.search(body[:2_000].decode("utf-8", "replace"))
    return float(said.group(1)) if said else UNKNOWN_WAIT_SECONDS


def _refusal(status: int, body: bytes, project: PostHogProject) -> SourceError:
    said = body[:300].decode("utf-8", "replace")
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return SourceError(
            f"PostHog at {project.host} does not let this key read project {project.project!r} ({status}: "
            f"{said}). Give SNAGS_POSTHOG_KEY a personal API key with the scopes query:read and "
            "session_recording:read."
        )
    if status == HTTPStatus.NOT_FOUND:
        return RecordingNotFound(
            f"PostHog at {project.host} does not know this ({said}). The recording may be past its "
            "retention; check SNAGS_POSTHOG_PROJECT where nothing is found."
        )
    return SourceError(f"PostHog at {project.host} refuses the request ({status}: {said}).")


def ranges(keys: Sequence[int]) -> list[tuple[int, int]]:
    """Runs of neighbouring keys, no longer than one request may name."""
    found: list[tuple[int, int]] = []
    for key in keys:
        if found and key == found[-1][1] + 1 and key - found[-1][0] < KEYS_AT_ONCE:
            found[-1] = (found[-1][0], key)
        else:
            found.append((key, key))
    return found
