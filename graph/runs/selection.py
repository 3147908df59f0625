"""Which sessions of a source a run looks at, and how that was decided, in words. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from graph.ids import SessionId
from graph.runs.run import Filters, Limits, RunRequest
from graph.sources.recording import Listing, RecordingRef


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatedSession:
    """A file that carries the id of a session which another file has already."""

    session_id: SessionId
    file: str
    same_id_as_file: str

    @property
    def reason(self) -> str:
        return f"{self.same_id_as_file} has the same session id, and is the one that was read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The sessions of a run, by file path."""

    refs: tuple[RecordingRef, ...]
    repeated: tuple[RepeatedSession, ...]
    words: str
    """How they were chosen, for a reader of the report."""
    held_out: tuple[RecordingRef, ...] = ()
    """Analysed with the rest and counted nowhere."""


def select_for(listing: Listing, request: RunRequest) -> Selection:
    """The selection of a run; sessions that it holds out are set aside before anything is counted."""
    aside = tuple(ref for ref in listing.refs if request.holds_out(ref.file))
    counted = [ref for ref in listing.refs if not request.holds_out(ref.file)]
    own = replace(listing, refs=tuple(counted))
    return replace(select_sessions(own, request.filters, request.limits), held_out=aside)


def select_sessions(listing: Listing, filters: Filters, limits: Limits) -> Selection:
    """The sessions that match, thinned out evenly over the file list where there are too many.

    The same listing gives the same selection. Never the newest first, nor the first ones: both would
    hide that the rest was not looked at.
    """
    matching = _matching(listing.refs, filters)
    distinct, repeated = _one_file_per_session(matching)
    chosen = _spread(distinct, limits.max_sessions)
    words = _words(len(listing.refs), len(distinct), len(chosen), filters, listing)
    return Selection(refs=tuple(chosen), repeated=tuple(repeated), words=words)


def _matching(refs: Sequence[RecordingRef], filters: Filters) -> list[RecordingRef]:
    in_order = sorted(refs, key=lambda ref: (ref.file, ref.session_id))
    wanted = [part.casefold() for part in filters.sessions]
    if not wanted:
        return in_order
    return [ref for ref in in_order if any(part in _names(ref) for part in wanted)]


def _names(ref: RecordingRef) -> str:
    return f"{ref.session_id}\n{ref.file}".casefold()


def _one_file_per_session(
    refs: Sequence[RecordingRef],
) -> tuple[list[RecordingRef], list[RepeatedSession]]:
    """Ids must be unique in a report; the lowest path keeps the id, and the rest is listed."""
    file_of: dict[str, str] = {}
    kept: list[RecordingRef] = []
    repeated: list[RepeatedSession] = []
    for ref in refs:
        first = file_of.setdefault(ref.session_id, ref.file)
        if first == ref.file:
            kept.append(ref)
        else:
            repeated.append(
                RepeatedSession(session_id=ref.session_id, file=ref.file, same_id_as_file=first)
            )
    return kept, repeated


def _spread(refs: Sequence[RecordingRef], limit: int) -> list[RecordingRef]:
    if len(refs) <= limit:
        return list(refs)
    return [refs[place * len(refs) // limit] for place in range(limit)]


def _words(found: int, matching: int, chosen: int, filters: Filters, listing: Listing) -> str:
    if filters.sessions:
        asked = ", ".join(repr(part) for part in filters.sessions)
        words = f"{matching} of {found} sessions whose id or file contains {asked}"
        lost = [
            part
            for part in filters.sessions
            if not _matching(listing.refs, Filters(sessions=(part,)))
        ]
        if lost:
            words += f"; nothing matched {', '.join(repr(part) for part in lost)}"
    else:
        words = f"all {found} sessions of the source"
    if chosen < matching:
        words += f"; of these, {chosen} spread evenly over the list of files, because the limit is {chosen}"
    return words
