"""What an analysis is tuned with: every fault, every wrong pattern, every decoy, by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from evals.scoring.metrics import PREVALENCE
from evals.scoring.result import CorpusResult
from evals.scoring.scores import FaultResult, NoticedAs, Scores
from evals.scoring.table import main_scores, markdown_rows

SHOWN = 5
"""Places named per row; the JSON has all of them."""

FALSE_FLAGS_SHOWN = 25

NOTHING_NEAR = NoticedAs(claim="nothing", pattern="", sessions=0)

CLASS_NAMES = {metric: name for metric, name, _ in PREVALENCE}


def details(corpus: CorpusResult) -> str:
    """Every diagnostic table of a corpus; those with nothing to tell are left out."""
    scores = main_scores(corpus)
    sections = (
        ("Faults", _faults(scores)),
        ("Faults that no pattern is, and what was said near them", _not_found(scores)),
        ("Sessions in which a fault was not noticed", _missed(scores)),
        ("Patterns that are no fault, or one already found", _patterns(scores)),
        ("Decoys", _decoys(scores)),
        ("Flags in sessions without a fault", _false_flags(scores)),
        ("Claims whose evidence does not hold", _invented(scores)),
        ("True claims that were withheld", _withheld(scores)),
        ("Sessions that were not scored, or not well", _unscored(scores)),
    )
    lines: list[str] = []
    for title, body in sections:
        if len(body) > 2:
            lines += [f"### {corpus.name}: {title}", "", *body, ""]
    return "\n".join(lines)


def _faults(scores: Scores) -> list[str]:
    heading = [
        "fault",
        "kind",
        "severity",
        "of 100",
        "found as",
        "kind, harm reported",
        "sessions found / true",
        "occurrences found / true",
        "flagged",
        "extra",
        "repeats",
    ]
    return markdown_rows(heading, map(_fault_row, scores.faults))


def _fault_row(fault: FaultResult) -> list[str]:
    reported = f"{fault.reported_kind}, {fault.reported_harm}" if fault.found else ""
    return [
        f"{fault.id}: {fault.title}",
        fault.kind,
        fault.severity,
        CLASS_NAMES.get(fault.prevalence, "nobody met it"),
        fault.pattern or ("**not found**" if fault.sessions else ""),
        reported,
        f"{fault.sessions_found}/{fault.sessions}",
        f"{fault.occurrences_found}/{fault.occurrences}",
        f"{fault.sessions_flagged}/{fault.sessions}",
        str(fault.extra_sessions) if fault.found else "",
        "; ".join(fault.duplicates),
    ]


def _not_found(scores: Scores) -> list[str]:
    rows = [
        [fault.id, f"{near.sessions}/{fault.sessions}", near.claim, near.pattern or "no pattern"]
        for fault in scores.faults
        if fault.sessions and not fault.found
        for near in fault.noticed_as or [NOTHING_NEAR]
    ]
    return markdown_rows(["fault", "sessions", "issues near it", "which went into"], rows)


def _missed(scores: Scores) -> list[str]:
    rows = [
        [
            fault.id,
            f"{len(fault.missed)} of {fault.sessions}",
            ", ".join(f"{pair.file} @ {pair.ms / 1000:.1f} s" for pair in fault.missed[:SHOWN]),
        ]
        for fault in scores.faults
        if fault.missed
    ]
    return markdown_rows(["fault", "not noticed in", "look at"], rows)


def _patterns(scores: Scores) -> list[str]:
    rows = [
        [
            pattern.title,
            f"{pattern.kind}, {pattern.harm}",
            pattern.status + (" (over-merged)" if len(pattern.covers) > 1 else ""),
            ", ".join(pattern.covers) or pattern.fault or "",
            str(pattern.sessions),
            f"{pattern.on_fault}/{pattern.evidence}",
            counted(pattern.decoys),
            ", ".join(pattern.examples),
        ]
        for pattern in scores.patterns
        if pattern.status != "found" or len(pattern.covers) > 1
    ]
    heading = [
        "pattern",
        "kind, harm",
        "is",
        "covers",
        "sessions",
        "on a fault",
        "decoys",
        "look at",
    ]
    return markdown_rows(heading, rows)


def _decoys(scores: Scores) -> list[str]:
    rows = [
        [
            f"{decoy.id}: {decoy.truth}" if decoy.truth else decoy.id,
            f"{decoy.flagged}/{decoy.sessions}",
            counted(decoy.kinds),
        ]
        for decoy in scores.decoys
    ]
    return markdown_rows(["decoy", "sessions flagged / with it", "called"], rows)


def _false_flags(scores: Scores) -> list[str]:
    rows = [
        [flag.kind, flag.claim, str(flag.count), counted(flag.decoys), ", ".join(flag.examples)]
        for flag in scores.false_flags[:FALSE_FLAGS_SHOWN]
    ]
    return markdown_rows(["kind", "claim", "flags", "decoys", "look at"], rows)


def _invented(scores: Scores) -> list[str]:
    rows = [[claim.session_id, claim.claim, claim.problem] for claim in scores.invented[:SHOWN]]
    rows += _more(len(scores.invented) - SHOWN)
    return markdown_rows(["session", "claim", "problem"], rows)


def _withheld(scores: Scores) -> list[str]:
    rows = [[item.file, item.fault, item.claim, item.reason] for item in scores.withheld]
    return markdown_rows(["session", "fault", "claim", "why it was withheld"], rows)


def _unscored(scores: Scores) -> list[str]:
    rows: list[list[str]] = []
    for items in (scores.missing, scores.unlabelled, scores.shifted):
        rows += [[item.file, item.reason] for item in items[:SHOWN]]
        rows += _more(len(items) - SHOWN)
    return markdown_rows(["file", "why"], rows)


def _more(count: int) -> Iterable[list[str]]:
    return [[f"and {count} more"]] if count > 0 else []


def counted(counts: Mapping[str, int]) -> str:
    """``d_retry 3, d_abort 1``."""
    return ", ".join(f"{name} {count}" for name, count in counts.items())
