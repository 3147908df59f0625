"""Where a report speaks of something: patterns, issues, refuted and withheld findings, sessions. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from graph.patterns.wording import stem
from graph.reports.report import Report, ReportSession
from graph.reports.words import count as counted
from tools.answer import (
    Answer,
    Citation,
    bullets,
    cite_issue,
    cite_session,
    plain,
    session_link,
    stated,
)
from tools.lookup import content_words, is_number, words_of
from tools.patterns import pattern_line
from tools.sessions import issue_line

MAX_SHOWN = 12
ALSO_CALLED: Mapping[str, tuple[str, ...]] = {
    "rage": ("quick succession",),
    "dead": ("nothing happened", "does nothing", "disabled"),
    "unresponsive": ("nothing happened", "does nothing"),
    "crash": ("uncaught", "exception"),
    "exception": ("uncaught",),
    "inactive": ("no user activity", "no user input"),
    "inactivity": ("no user activity", "no user input"),
    "idle": ("no user activity", "no user input"),
    "spinner": ("never gets past", "still shown after", "without end"),
    "hang": ("never gets past", "still shown after", "without end"),
    "wandered": ("back and forth",),
    "lost": ("was empty again", "is lost"),
}
"""What people call what a report says in other words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One place of a report that says something."""

    text: str
    line: str
    citation: Citation | None = None


def search(report: Report, text: str) -> Answer:
    """Every place that holds all the words asked for; where none does, those that hold most."""
    wanted = content_words(text)
    places = [*_places(report)]
    scores = [_score(place.text, wanted) for place in places]
    best = max(scores, default=0)
    words = " ".join(wanted)
    if not wanted or best == 0:
        return Answer(
            run_id=report.run_id, text=f"Nothing in this report speaks of {plain(words)!r}."
        )
    found = [place for place, score in zip(places, scores, strict=True) if score == best]
    verb = "speaks" if len(found) == 1 else "speak"
    heading = f"{counted(len(found), 'place')} in this report {verb} of {plain(words)!r}:"
    if best < len(wanted):
        heading = f"No place in this report has all of {plain(words)!r}. These come closest:"
    left = len(found) - MAX_SHOWN
    more = [f"…and {left} more"] if left > 0 else []
    shown = [place.line for place in found[:MAX_SHOWN]]
    cited = [place.citation for place in found[:MAX_SHOWN] if place.citation is not None]
    return Answer(
        run_id=report.run_id, text=f"{heading}\n{bullets([*shown, *more])}", citations=tuple(cited)
    )


def _score(text: str, wanted: Sequence[str]) -> int:
    """How many words a text holds, in any form, or under another name."""
    folded = text.casefold()
    have = {stem(word) for word in words_of(folded)}
    return sum(
        stem(word) in have or any(phrase in folded for phrase in other_names(word))
        for word in wanted
    )


def other_names(word: str) -> Sequence[str]:
    """Phrases that mean the word: a status by its class, friction by what it looks like."""
    if is_number(word) and len(word) == 3:
        return (f"{word[0]}xx",)
    return ALSO_CALLED.get(word, ())


def words_found_in(report: Report) -> frozenset[str]:
    """Every word that a search can find something by."""
    texts = [place.text.casefold() for place in _places(report)]
    words = {word for text in texts for word in content_words(text)}
    called = {
        word
        for word, phrases in ALSO_CALLED.items()
        if any(p in text for p in phrases for text in texts)
    }
    return frozenset(words | called)


def _places(report: Report) -> Iterator[Place]:
    for pattern in report.patterns:
        claims = " ".join(one.claim for one in pattern.evidence)
        said = (
            f"{pattern.title} {pattern.kind} {pattern.criterion} {' '.join(pattern.pages)} {claims}"
        )
        yield Place(text=said, line=f"pattern {pattern_line(report, pattern)}")
    for session in report.sessions:
        yield from _places_of(report, session)
    for refuted in report.refuted:
        cited = Citation(
            run_id=report.run_id,
            session_id=refuted.session_id,
            ms=refuted.ms,
            event_ids=tuple(refuted.event_ids),
        )
        line = f"refuted, {cited.link}: {plain(refuted.title)}; {stated(refuted.reason)}"
        said = f"{refuted.title} {refuted.claim} {refuted.reason} {refuted.page}"
        yield Place(text=said, line=line, citation=cited)
    for claim in report.claim_audit.items:
        where = session_link(report.run_id, claim.session_id)
        line = f"withheld, {where}: {plain(claim.claim)} ({plain(claim.reason)})"
        yield Place(text=f"{claim.claim} {claim.reason}", line=line)


def _places_of(report: Report, session: ReportSession) -> Iterator[Place]:
    for issue in session.issues:
        yield Place(
            text=f"{issue.claim} {issue.element} {issue.kind} {issue.page}",
            line=f"issue, {issue_line(report, session, issue)}",
            citation=cite_issue(report, session, issue),
        )
    said = " ".join((session.headline, session.reason, *session.notes, *session.blind_reasons))
    told = session.headline or session.reason
    if said.strip():
        link = session_link(report.run_id, session.session_id)
        yield Place(
            text=said,
            line=f"session {link}: {stated(told)}",
            citation=cite_session(report, session),
        )
