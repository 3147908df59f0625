"""Truth, written from the run itself: what was switched on, and what the session met when."""

from collections.abc import Mapping, Sequence
from typing import Any

from evals.lab.model import SEVERITY_RULE, App, Fault, Plan
from evals.lab.world import Hit

Json = dict[str, Any]
SAME_OCCURRENCE_MS = 8_000


def occurrences(hits: Sequence[Hit], fault: Fault, start_ms: int) -> list[Json]:
    """Merge meetings that follow each other closely on one page into occurrences."""
    merged: list[Json] = []
    for hit in sorted(hits, key=lambda hit: hit.at):
        ms = hit.at - start_ms
        last = merged[-1] if merged else None
        near = last is not None and ms - last["last_ms"] <= SAME_OCCURRENCE_MS
        if last is not None and near and last["page"] == hit.page:
            last.update(last_ms=ms, end_ms=ms + fault.lasts_ms)
        else:
            end_ms = ms + fault.lasts_ms
            merged.append({"ms": ms, "page": hit.page, "end_ms": end_ms, "last_ms": ms})
    return [{key: row[key] for key in ("ms", "page", "end_ms")} for row in merged]


def session_truth(
    app: App,
    plan: Plan,
    events: Sequence[Json],
    hits: Sequence[Hit],
    achieved: Mapping[str, bool],
    gave_up: set[str],
) -> Json:
    """Return the session's row for truth.json, without its file name.

    Where a session met several faults on the way to one goal, what became of the goal is laid at
    the door of the one it met last: the user got past the others.
    """
    start_ms = int(events[0]["timestamp"])
    duration_ms = max(int(event["timestamp"]) for event in events) - start_ms
    by_id: dict[str, list[Hit]] = {}
    for hit in hits:
        by_id.setdefault(hit.id, []).append(hit)
    met = [fault for fault in app.faults if fault.id in by_id]
    last = {fault.goal: fault.id for fault in sorted(met, key=lambda f: by_id[f.id][-1].at)}
    faults = [
        {
            "fault": fault.id,
            "occurrences": _within(occurrences(by_id[fault.id], fault, start_ms), duration_ms),
            "overcame": last[fault.goal] != fault.id or achieved.get(fault.goal, True),
            "abandoned": last[fault.goal] == fault.id and fault.goal in gave_up,
        }
        for fault in met
    ]
    decoys = [
        {"decoy": decoy.id, "ms": [hit.at - start_ms for hit in by_id[decoy.id]]}
        for decoy in app.decoys
        if decoy.id in by_id
    ]
    goals = [
        {"id": goal, "goal": app.goal(goal).text, "achieved": done}
        for goal, done in achieved.items()
    ]
    return {
        "batch": plan.batch,
        "session": plan.session,
        "start_ms": start_ms,
        "duration_ms": duration_ms,
        "habit": plan.habit.name,
        "goals": goals,
        "faults": faults,
        "decoys": decoys,
        "traits": list(plan.traits),
    }


def _within(rows: list[Json], duration_ms: int) -> list[Json]:
    return [{**row, "end_ms": max(row["ms"], min(row["end_ms"], duration_ms))} for row in rows]


def corpus_truth(app: App, sessions: Sequence[Json]) -> Json:
    """Return the whole truth.json of a corpus."""
    return {
        "app": app.sentence,
        "severity_rule": SEVERITY_RULE,
        "faults": [fault.as_json() for fault in app.faults],
        "decoys": {decoy.id: decoy.truth for decoy in app.decoys},
        "groups": {
            "look_alikes": [list(group) for group in app.look_alikes],
            "one_cause_two_pages": list(app.one_cause_two_pages),
        },
        "sessions": list(sessions),
    }
