"""The demo: every planted occurrence is found, and nothing blocks where nothing was planted."""

from __future__ import annotations

from typing import Any

import pytest

from demo.record import FOLDER
from evals.lab.corpus import load_truth
from graph.sessions.check import check_drafts
from graph.sessions.rules import draft_by_rules
from graph.sessions.summary import IssueKind, SessionSummary
from graph.sources.folder import open_source
from graph.traces.compact import compact

NEAR_MS = 5_000


@pytest.fixture(scope="module")
def truth() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = load_truth(FOLDER)["sessions"]
    return rows


@pytest.fixture(scope="module")
def summaries() -> dict[str, SessionSummary]:
    """By file name."""
    source = open_source([FOLDER / "recordings"])
    found: dict[str, SessionSummary] = {}
    for ref in source.list().refs:
        trace = compact(source.read(ref))
        found[ref.file.rpartition("/")[2]] = check_drafts(trace, [draft_by_rules(trace)])
    return found


def found_at(summary: SessionSummary, span: dict[str, int]) -> bool:
    last = max(span["ms"], span.get("end_ms") or 0) + NEAR_MS
    return any(span["ms"] - NEAR_MS <= issue.ms <= last for issue in summary.issues)


def test_every_planted_occurrence_is_found(
    truth: list[dict[str, Any]], summaries: dict[str, SessionSummary]
) -> None:
    """For each fault that a session met, an issue stands within 5 s of it."""
    missed = [
        (row["file"], met["fault"], [span["ms"] for span in met["occurrences"]])
        for row in truth
        for met in row["faults"]
        if not any(found_at(summaries[file_name(row)], span) for span in met["occurrences"])
    ]
    assert missed == []
    assert sum(len(row["faults"]) for row in truth) >= 40


def test_nothing_blocks_in_a_clean_session(
    truth: list[dict[str, Any]], summaries: dict[str, SessionSummary]
) -> None:
    """Sessions without faults have no blocking issue, decoys and all."""
    clean = [summaries[file_name(row)] for row in truth if not row["faults"]]
    assert len(clean) >= 12
    blocking = [
        (one.file, issue.claim)
        for one in clean
        for issue in one.issues
        if issue.kind is IssueKind.BLOCKING
    ]
    assert blocking == []


def file_name(row: dict[str, Any]) -> str:
    return str(row["file"]).rpartition("/")[2]
