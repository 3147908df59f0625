"""Incidents in clickstreams: named, dated and counted; what is only busy is none."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from graph.patterns.merge import find_patterns
from graph.patterns.pattern import Pattern
from graph.sessions.check import check_drafts
from graph.sessions.rules import draft_by_rules
from graph.sources.folder import open_source
from graph.traces.compact import compact


def patterns_of(path: Path) -> dict[str, Pattern]:
    """The patterns of a table, by the event they are about."""
    source = open_source([path])
    traces = [compact(source.read(ref)) for ref in source.list().refs]
    summaries = [check_drafts(one, [draft_by_rules(one)]) for one in traces]
    return {one.title.partition("“")[2].rstrip("”"): one for one in find_patterns(summaries)}


def day_of(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, UTC):%m-%d}"


def table_of(sessions: Sequence[tuple[datetime, Sequence[str]]]) -> str:
    lines = [
        f"s{number},{name},{(start + timedelta(seconds=20 * place)).isoformat()}"
        for number, (start, names) in enumerate(sessions)
        for place, name in enumerate(names)
    ]
    return "\n".join(["session_id,event,timestamp", *lines])


def test_an_incident_is_counted_among_those_on_their_way_to_it(tmp_path: Path) -> None:
    """Uploads fail for a week; who never came near an upload could not have met it."""
    chance = random.Random(3)  # noqa: S311 (a sample, nothing secret)
    began = datetime(2025, 2, 1, tzinfo=UTC)
    sessions: list[tuple[datetime, Sequence[str]]] = []
    for hour in range(24 * 28):
        start = began + timedelta(hours=hour)
        if chance.random() < 0.5:
            sessions.append((start, ["home", "browse", "browse"]))
            continue
        broken = 10 <= start.day < 17 and chance.random() < 0.6
        end = ["upload failed", "help"] if broken else ["uploaded", "share"]
        sessions.append((start, ["home", "choose file", *end]))
    (tmp_path / "events.csv").write_text(table_of(sessions))
    found = patterns_of(tmp_path)
    assert set(found) == {"upload failed"}
    pattern = found["upload failed"]
    uploads = sum("choose file" in names for _, names in sessions)
    failed = sum("upload failed" in names for _, names in sessions)
    assert (len(pattern.affected), len(pattern.eligible)) == (failed, uploads)
    assert pattern.kind.value == "blocking"
    assert "got on to" in pattern.why
    assert pattern.period is not None
    assert (day_of(pattern.period.first_ms), day_of(pattern.period.last_ms)) == ("02-10", "02-16")
    assert pattern.period.affected_outside == 0


def test_the_planted_incidents_of_others_are_named_with_dates_and_shares(
    shared_recordings: Path,
) -> None:
    """Case 15 of formats.md part 3: 3,605 sessions, two incidents, a viral article that is none."""
    found = patterns_of(shared_recordings / "retentioneering" / "ecom.csv.gz")
    bug, payment = found["checkout_bug"], found["payment_error"]
    assert (len(bug.affected), len(payment.affected)) == (32, 95)
    assert bug.period is not None
    assert payment.period is not None
    assert "04-09" <= day_of(bug.period.first_ms) <= day_of(bug.period.last_ms) <= "05-09"
    assert "05-19" <= day_of(payment.period.first_ms) <= day_of(payment.period.last_ms) <= "06-08"
    assert payment.period.affected / payment.period.eligible > 0.5
    assert bug.period.affected == 32
    others = [one for name, one in found.items() if name not in ("checkout_bug", "payment_error")]
    assert [one.period for one in others] == [None] * len(others)
    assert set(found) == {"checkout_bug", "payment_error", "error_page"}
