"""Invented evidence: does what a report cites exist, and does it carry the claim?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from evals.scoring.event_times import Traces
from evals.scoring.scores import InventedClaim
from graph.reports.report import Evidence, Report
from graph.traces.trace import Row, Trace

AROUND_MS = 5_000
"""How far a claim's time may lie outside the rows it cites."""

QUOTATION = re.compile(r'"([^"\n]{3,})"|“([^”\n]{3,})”')


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One assertion a report makes about one session, as far as it can be checked."""

    session_id: str
    event_ids: tuple[str, ...]
    ms: int
    words: str
    shown: tuple[tuple[str, str], ...] = ()
    """Rows the report prints for it: event id and words."""
    around: tuple[str, ...] = ()
    """Further event ids it names (key actions before and after)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceCheck:
    """What came of checking every claim of a report."""

    claims: int
    invented: tuple[InventedClaim, ...]
    unverifiable: int
    """Of sessions without a trace."""


def check_evidence(report: Report, traces: Traces) -> EvidenceCheck:
    """Every claim of a report against the traces it cites, and every count against its list."""
    claims = list(_claims(report))
    invented = list(_miscounted(report))
    checked = unverifiable = 0
    rows_of: dict[str, tuple[Mapping[str, Row], Trace] | None] = {}
    for claim in claims:
        if claim.session_id not in rows_of:
            trace = traces(claim.session_id)
            rows_of[claim.session_id] = trace and (
                {row.event_id: row for row in trace.rows},
                trace,
            )
        known = rows_of[claim.session_id]
        if known is None:
            unverifiable += 1
            continue
        checked += 1
        problem = next(_problems(claim, *known), None)
        if problem is not None:
            invented.append(
                InventedClaim(session_id=claim.session_id, claim=claim.words, problem=problem)
            )
    return EvidenceCheck(claims=checked, invented=tuple(invented), unverifiable=unverifiable)


def _claims(report: Report) -> Iterator[Claim]:
    """Patterns' evidence, refuted findings and sessions' issues; one issue is one claim."""
    seen: set[tuple[str, tuple[str, ...], str]] = set()

    def first(claim: Claim) -> bool:
        mark = (claim.session_id, claim.event_ids, claim.words)
        new = mark not in seen
        seen.add(mark)
        return new

    for pattern in report.patterns:
        yield from filter(first, map(_claim_of, pattern.evidence))
    for item in report.refuted:
        claim = Claim(
            session_id=item.session_id,
            event_ids=tuple(item.event_ids),
            ms=item.ms,
            words=item.claim,
        )
        yield from filter(first, [claim])
    for session in report.sessions:
        for issue in session.issues:
            claim = Claim(
                session_id=session.session_id,
                event_ids=tuple(issue.event_ids),
                ms=issue.ms,
                words=issue.claim,
            )
            yield from filter(first, [claim])


def _claim_of(evidence: Evidence) -> Claim:
    return Claim(
        session_id=evidence.session_id,
        event_ids=tuple(evidence.event_ids),
        ms=evidence.ms,
        words=evidence.claim,
        shown=tuple((row.event_id, row.words) for row in evidence.rows),
        around=tuple(row.event_id for row in (*evidence.before, *evidence.after)),
    )


def _miscounted(report: Report) -> Iterator[InventedClaim]:
    """Patterns whose number of sessions is not the number of sessions they list."""
    for pattern in report.patterns:
        listed = len(set(pattern.sessions))
        if listed != pattern.affected:
            yield InventedClaim(
                session_id="",
                claim=pattern.title,
                problem=f"says {pattern.affected} sessions and lists {listed}",
            )


def _problems(claim: Claim, rows: Mapping[str, Row], trace: Trace) -> Iterator[str]:
    """What is wrong with a claim's evidence, gravest first; each assumes the ones before hold."""
    if not claim.event_ids:
        yield "cites no event"
        return
    named = (*claim.event_ids, *(event_id for event_id, _ in claim.shown), *claim.around)
    unknown = [event_id for event_id in named if event_id not in rows]
    if unknown:
        yield f"cites {unknown[0]!r}, which is not in the trace"
        return
    cited = [rows[event_id] for event_id in claim.event_ids]
    first, last = min(row.ms for row in cited), max(row.ms for row in cited)
    if not first - AROUND_MS <= claim.ms <= last + AROUND_MS:
        yield f"is dated {claim.ms} ms; the rows it cites lie between {first} and {last} ms"
    for event_id, words in claim.shown:
        if not _same_words(words, rows[event_id]):
            yield f"shows {words!r} for {event_id!r}, whose row says {rows[event_id].words!r}"
    text = _text(cited, trace)
    for quotation in _quotations(claim.words):
        if quotation not in text:
            yield f"quotes {quotation!r}, which the rows it cites do not carry"


def _same_words(words: str, row: Row) -> bool:
    """The report may shorten a row's words or add its effect, never put others there."""
    shown, carried = _plain(words).rstrip("…. "), _plain(row.words)
    return carried in shown or shown in carried


def _quotations(claim: str) -> list[str]:
    """What the claim puts in quotation marks; a shortened quotation up to its ellipsis."""
    quoted = [_plain(plain or curly) for plain, curly in QUOTATION.findall(claim)]
    return [part for text in quoted for part in re.split(r"…|\.\.\.", text) if part.strip()]


def _text(cited: Sequence[Row], trace: Trace) -> str:
    """Everything the cited rows say: themselves, their effects, elements, pages and signals."""
    ordinals = {row.ordinal for row in cited}
    parts: list[str] = []
    for row in cited:
        page = trace.page_of(row)
        parts += [row.words, row.effect.words if row.effect else ""]
        parts += [row.element.words if row.element else ""]
        parts += [page.url, page.template] if page else []
    parts += [
        f"{signal.words} {signal.fingerprint}"
        for signal in trace.signals
        if ordinals & {signal.ordinal, *signal.rows}
    ]
    return _plain(" \n ".join(parts))


def _plain(text: str) -> str:
    """Without differences of case, space and quotation marks."""
    return " ".join(re.sub(r"[\"“”]", "", text).casefold().split())
