"""Canaries: sessions whose truth is known, mixed into a run to grade this very report.

They reach a run as a source plus its truth, like anybody's recordings: a folder with ``truth.json``.
Some have a planted fault, some have nothing wrong; after the run, what was said of them is graded
("found 4 of 5 planted, 0 false alarms") and they are kept out of every count.

The order of things in a run: ``choose_canaries``, copy each ``Canary.file`` into the run's sources
as ``Canary.staged_as`` (``stage_canaries``), name them in ``RunRequest.held_out``, so that the run
analyses them with the rest and counts them nowhere, and ``grade_canaries`` over their summaries.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol, TypeVar

from evals.scoring.truth import PAIR_WITHIN_MS, Truth, TruthSession
from graph.ids import digest_of

PREFIX = "canary-"


class IssueLike(Protocol):
    """An issue of a summary or of a report's session."""

    @property
    def ms(self) -> int: ...


class SessionLike(Protocol):
    """A summary, or a report's session."""

    @property
    def file(self) -> str: ...

    @property
    def issues(self) -> Sequence[IssueLike]: ...


class HasFile(Protocol):
    """Anything that came from a file of the source."""

    @property
    def file(self) -> str: ...


S = TypeVar("S", bound=HasFile)


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """One session whose truth is known."""

    session: TruthSession
    fault: str | None
    """The planted fault it was chosen for; None where nothing is wrong in it."""
    staged_as: str
    """Its file name in the run: no file of a user is called that by accident."""

    @property
    def file(self) -> str:
        """Its recording, relative to the corpus it is from."""
        return self.session.file


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryGrade:
    """How a report did on what was known."""

    planted: int
    found: int
    clean: int
    false_alarms: int
    """Clean canaries in which anything at all was called an issue."""
    unseen: int = 0
    """Canaries that were not analysed; they count as neither found nor clean."""

    @property
    def words(self) -> str:
        """For the reader of the report."""
        alarms = f"{self.false_alarms} false alarm{'' if self.false_alarms == 1 else 's'}"
        words = f"found {self.found} of {self.planted} planted, {alarms} in {self.clean} clean"
        return f"{words}; {self.unseen} could not be analysed" if self.unseen else words


def choose_canaries(truth: Truth, *, planted: int, clean: int, seed: int) -> tuple[Canary, ...]:
    """Sessions to mix into a run; the same seed chooses the same ones.

    Planted ones show different faults as far as there are enough; each is a session in which that
    fault was met. Fewer are returned where the truth has fewer.
    """
    draw = random.Random(seed)  # noqa: S311 - a choice that repeats from its seed
    chosen = _planted(truth, planted, draw)
    taken = {session.file for session, _ in chosen}
    fault_free = [session for session in truth.sessions if session.fault_free]
    fault_free = [session for session in fault_free if session.file not in taken]
    sample = draw.sample(fault_free, min(clean, len(fault_free)))
    pairs = [*chosen, *((session, None) for session in sample)]
    return tuple(
        Canary(session=session, fault=fault, staged_as=_staged_name(session, seed))
        for session, fault in pairs
    )


def _planted(truth: Truth, count: int, draw: random.Random) -> list[tuple[TruthSession, str]]:
    """One session for each fault in turn, in a drawn order, until there are enough or none left."""
    sessions_of: dict[str, list[TruthSession]] = {}
    for session in truth.sessions:
        for fault in session.occurrences:
            sessions_of.setdefault(fault, []).append(session)
    faults = sorted(sessions_of)
    draw.shuffle(faults)
    for fault in faults:
        draw.shuffle(sessions_of[fault])
    chosen: list[tuple[TruthSession, str]] = []
    taken: set[str] = set()
    while len(chosen) < count and any(sessions_of.values()):
        for fault in faults:
            session = _next_free(sessions_of[fault], taken)
            if session is not None and len(chosen) < count:
                taken.add(session.file)
                chosen.append((session, fault))
    return chosen


def _next_free(sessions: list[TruthSession], taken: set[str]) -> TruthSession | None:
    while sessions:
        session = sessions.pop()
        if session.file not in taken:
            return session
    return None


def _staged_name(session: TruthSession, seed: int) -> str:
    suffixes = "".join(PurePosixPath(session.file).suffixes[-2:])
    return f"{PREFIX}{digest_of(session.file, str(seed))[:16]}{suffixes}"


def stage_canaries(corpus: Path, canaries: Sequence[Canary], folder: Path) -> None:
    """Put their recordings into a folder under the names that a run holds out."""
    for canary in canaries:
        shutil.copy(corpus / canary.file, folder / canary.staged_as)


def grade_canaries(sessions: Iterable[SessionLike], canaries: Sequence[Canary]) -> CanaryGrade:
    """What became of the canaries among these sessions.

    A planted fault is found where any issue lies within 8 s of one of its occurrences.
    """
    reported = {PurePosixPath(session.file).name: session for session in sessions}
    seen = [canary for canary in canaries if canary.staged_as in reported]
    planted = [canary for canary in seen if canary.fault is not None]
    clean = [canary for canary in seen if canary.fault is None]
    return CanaryGrade(
        planted=len(planted),
        found=sum(_found(canary, reported) for canary in planted),
        clean=len(clean),
        false_alarms=sum(bool(reported[canary.staged_as].issues) for canary in clean),
        unseen=len(canaries) - len(seen),
    )


def _found(canary: Canary, reported: Mapping[str, SessionLike]) -> bool:
    occurrences = canary.session.occurrences.get(canary.fault or "", ())
    return any(
        occurrence.distance_ms(issue.ms) <= PAIR_WITHIN_MS
        for issue in reported[canary.staged_as].issues
        for occurrence in occurrences
    )


def without_canaries(sessions: Iterable[S], canaries: Sequence[Canary]) -> list[S]:
    """The user's own sessions, in the order given."""
    staged = {canary.staged_as for canary in canaries}
    return [session for session in sessions if PurePosixPath(session.file).name not in staged]
