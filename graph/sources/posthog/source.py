"""Sessions of a PostHog project: product events of all, recordings of those that need a closer look.

Recordings are the slow part: PostHog lets a paid team fetch some 300 pieces an hour, and events of many
sessions come in one query. So events come first, and decide whose recording is fetched.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec

from graph.errors import InvalidRequest, RecordingNotFound, RecordingUnreadable, SourceError
from graph.ids import SessionId
from graph.sources.clock import epoch_ms
from graph.sources.events import (
    MarkedEvent,
    digest_of_events,
    digest_of_marks,
    in_order as events_in_order,
    read_events,
)
from graph.sources.limits import ReadLimits
from graph.sources.posthog.cache import RecordingCache
from graph.sources.posthog.client import PostHogClient, Table, ranges
from graph.sources.posthog.filters import PostHogFilter, Recordings
from graph.sources.posthog.hogql import MAX_ROWS, events_query, sessions_query
from graph.sources.posthog.throttle import Tell
from graph.sources.product_events import in_order, marks_of, product_events_of
from graph.sources.reading import Reading
from graph.sources.recording import (
    Listing,
    ProductEvent,
    RawEvent,
    Recording,
    RecordingRef,
    RecordingShape,
)
from graph.sources.shapes import contents_of

SESSIONS_OF_A_QUERY = 50
"""Sessions whose events are asked for at once: some 500 events each stay within one answer."""

BATCHES_KEPT = 4
"""Answers held in memory: sessions are read side by side, nearly in order."""

SETTLED = timedelta(hours=24)
"""PostHog adds to a recording for at most a day after it began; older ones are kept as they are."""

FRICTION_EVENTS = frozenset({"$exception", "$rageclick", "$dead_click"})
FRICTION_WORDS = ("error", "fail", "denied", "invalid", "timeout")
"""In the name of an event of the product's own, or of a page."""

MAX_SESSIONS = 10_000
"""More are refused: a selection among them would have to be made without having seen them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedSession:
    """What PostHog's list says of a recorded session."""

    session_id: SessionId
    started: datetime
    ended: datetime
    console_errors: int


def has_friction(listed: ListedSession, events: Iterable[ProductEvent]) -> bool:
    """True where something cheap to know speaks for fetching the recording."""
    return listed.console_errors > 0 or any(_is_friction(one) for one in events)


def _is_friction(event: ProductEvent) -> bool:
    if event.name in FRICTION_EVENTS:
        return True
    named = event.name.lower()
    return not named.startswith("$") and any(word in named for word in FRICTION_WORDS)


class PostHogSource:
    """The sessions of one filter. Safe to use from several threads."""

    def __init__(
        self,
        client: PostHogClient,
        wanted: PostHogFilter,
        cache: RecordingCache,
        *,
        tell: Tell,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        limits: ReadLimits | None = None,
    ) -> None:
        self._client = client
        self._wanted = wanted
        self._cache = cache
        self._tell = tell
        self._now = now
        self._limits = limits or ReadLimits()
        self._listing = threading.Lock()
        self._asking = threading.Lock()
        self._listed: dict[SessionId, ListedSession] | None = None
        self._batches: OrderedDict[int, dict[SessionId, tuple[ProductEvent, ...]]] = OrderedDict()

    @property
    def label(self) -> str:
        return f"PostHog project {self._client.project.project}"

    def list(self) -> Listing:
        """The sessions that match, in the order in which they began. Asks PostHog once."""
        listed = self._sessions()
        return Listing(
            refs=tuple(
                RecordingRef(
                    session_id=one,
                    file=f"posthog/{one}",
                    link=self._client.project.replay_link(one),
                )
                for one in listed
            )
        )

    def read(self, ref: RecordingRef) -> Recording:
        """One session: its product events and, where they ask for it, its recording.

        Raises:
            RecordingNotFound: the session is not among those that match.
            RecordingUnreadable: its recording is damaged.
            SourceError: PostHog refuses, or did not answer.
        """
        listed = self._sessions().get(ref.session_id)
        if listed is None:
            raise RecordingNotFound(
                f"{self.label} has no session {ref.session_id!r} that matches: {self._wanted.words}."
            )
        events = self._events_of(listed)
        if not self._is_fetched(listed, events):
            return self._without_recording(ref, events)
        marked, notes = self._recorded(listed)
        if not marked:
            return self._without_recording(ref, events, "PostHog has no recording of it any more")
        return Recording(
            session_id=ref.session_id,
            file=ref.file,
            shape=RecordingShape.POSTHOG_BLOB_V2,
            events=events_in_order(marked),
            product_events=events,
            digest=digest_of_events(marked),
            notes=notes,
        )

    def _is_fetched(self, listed: ListedSession, events: Sequence[ProductEvent]) -> bool:
        match self._wanted.recordings:
            case Recordings.ALL:
                return True
            case Recordings.NONE:
                return False
            case Recordings.FLAGGED:
                return has_friction(listed, events)

    def _without_recording(
        self,
        ref: RecordingRef,
        events: tuple[ProductEvent, ...],
        reason: str = "its recording was not fetched, because nothing in its product events asked for it",
    ) -> Recording:
        if not events:
            raise RecordingUnreadable(
                ref.file,
                "its product events",
                f"there are none, and {reason}",
                "Ask for all recordings to look at it.",
            )
        nothing: tuple[RawEvent, ...] = ()
        return Recording(
            session_id=ref.session_id,
            file=ref.file,
            shape=RecordingShape.POSTHOG_EVENTS,
            events=nothing,
            product_events=events,
            digest=digest_of_marks(marks_of(events)),
            notes=(f"{reason}: {len(events):,} product events are all there is to see",),
        )

    # What PostHog is asked --------------------------------------------------------------------------

    def _sessions(self) -> dict[SessionId, ListedSession]:
        with self._listing:
            if self._listed is None:
                query = sessions_query(self._wanted, MAX_SESSIONS + 1)
                rows = _table(self._client.query(query, self._tell)).results
                if len(rows) > MAX_SESSIONS:
                    raise InvalidRequest(
                        f"More than {MAX_SESSIONS:,} sessions match: {self._wanted.words}. "
                        "Name a shorter period, or more conditions."
                    )
                found = [_listed_session(row) for row in rows]
                self._listed = {one.session_id: one for one in found}
            return self._listed

    def _events_of(self, listed: ListedSession) -> tuple[ProductEvent, ...]:
        """Its product events; those of its neighbours in the list come along."""
        order = list(self._sessions())
        place = order.index(listed.session_id) // SESSIONS_OF_A_QUERY
        with self._asking:
            if place not in self._batches:
                first = place * SESSIONS_OF_A_QUERY
                self._batches[place] = self._batch(order[first : first + SESSIONS_OF_A_QUERY])
                while len(self._batches) > BATCHES_KEPT:
                    self._batches.popitem(last=False)
            self._batches.move_to_end(place)
            return self._batches[place].get(listed.session_id, ())

    def _batch(self, sessions: Sequence[SessionId]) -> dict[SessionId, tuple[ProductEvent, ...]]:
        listed = [self._sessions()[one] for one in sessions]
        since = min(one.started for one in listed)
        until = max(one.ended for one in listed)
        found: dict[SessionId, list[ProductEvent]] = {}
        offset, more = 0, True
        while more:
            query = events_query(sessions, since, until, offset=offset)
            key = f"{self._client.project.host} {self._client.project.project} {query}"
            body = self._kept(key, until, lambda query=query: self._client.query(query, self._tell))
            reading = Reading(file="PostHog's events", limits=self._limits)
            for session, event in product_events_of(reading, contents_of(reading, body)):
                found.setdefault(SessionId(session), []).append(event)
            rows = len(_table(body).results)
            offset, more = offset + rows, rows >= MAX_ROWS
        return {session: in_order(events) for session, events in found.items()}

    def _recorded(self, listed: ListedSession) -> tuple[list[MarkedEvent], tuple[str, ...]]:
        """Its recorded events and what had to be repaired in them."""
        session_id, client = listed.session_id, self._client
        key = f"{client.project.host} {client.project.project} {session_id}"
        try:
            listed_keys = self._kept(
                f"{key} keys",
                listed.ended,
                lambda: msgspec.json.encode(client.blob_keys(session_id, self._tell)),
            )
        except RecordingNotFound:
            return [], ()
        reading = Reading(file=f"posthog/{session_id}", limits=self._limits)
        marked: list[MarkedEvent] = []
        for first, last in ranges(msgspec.json.decode(listed_keys, type=list[int])):
            body = self._kept(
                f"{key} {first}-{last}",
                listed.ended,
                lambda first=first, last=last: client.blobs(session_id, first, last, self._tell),
            )
            if body.strip():
                marked += read_events(reading, contents_of(reading, body).pieces)
        return marked, reading.notes

    def _kept(self, key: str, ended: datetime, fetch: Callable[[], bytes]) -> bytes:
        """The body under a key: kept from an earlier time, or fetched, and kept once it is settled."""
        body = self._cache.get(key)
        if body is None:
            body = fetch()
            if self._now() - ended > SETTLED:
                self._cache.put(key, body)
        return body


def _table(body: bytes) -> Table:
    try:
        return msgspec.json.decode(body, type=Table)
    except msgspec.DecodeError as error:
        raise SourceError(
            f"PostHog's answer to a query is not understood: {error}. Check SNAGS_POSTHOG_HOST."
        ) from error


def _listed_session(row: Sequence[object]) -> ListedSession:
    session_id, started, ended, errors = (*row, None, None, None, None)[:4]
    return ListedSession(
        session_id=SessionId(str(session_id)),
        started=_moment(started),
        ended=_moment(ended),
        console_errors=errors if isinstance(errors, int) else 0,
    )


def _moment(value: object) -> datetime:
    found = epoch_ms(value) if isinstance(value, str) else None
    if found is None:
        raise SourceError(
            f"PostHog's list of sessions gives {value!r} as a time. Check SNAGS_POSTHOG_HOST."
        )
    return datetime.fromtimestamp(found / 1_000, UTC)
