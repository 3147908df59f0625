"""A run's events as one document and its patches."""

from typing import Any, cast

import jsonpatch
import pytest
from hypothesis import given, strategies as st

from graph.stream.events import (
    CandidateFound,
    PatternFirmed,
    PatternProvisional,
    ProgressUpdated,
    ReportFinal,
    ReportUsable,
    RunEvent,
    RunFailed,
    RunStarted,
    RunWasCancelled,
    SessionFailed,
    SessionQueued,
    SessionSkipped,
    SessionSummarized,
)
from tools.json_patch import Operation, PatchFailed, apply_patch, pointer
from tools.progress import tell_progress
from tools.run_progress import MAX_FINDINGS, RunProgress, new_document

NAMES = st.sampled_from(["a", "b/c", "d~e", "f"])
TITLES = st.text(max_size=5)


def queued(name: str) -> SessionQueued:
    return SessionQueued(session_id=name, file=f"{name}.json")


def summarized(name: str) -> SessionSummarized:
    return SessionSummarized(
        session_id=name, file=f"{name}.json", outcome="success", headline="Bought it.", issues=2
    )


def provisional(name: str, title: str = "Pay is dead") -> PatternProvisional:
    return PatternProvisional(
        pattern_id=name,
        title=title,
        kind="blocking",
        severity="high",
        affected=1,
        eligible=2,
        seen=2,
    )


def firmed(name: str) -> PatternFirmed:
    return PatternFirmed(
        pattern_id=name,
        title="Pay is dead",
        kind="blocking",
        severity="critical",
        affected=2,
        eligible=4,
    )


def found(claim: str) -> CandidateFound:
    return CandidateFound(
        session_id="a",
        kind="blocking",
        harm="high",
        claim=claim,
        page="/pay",
        ms=83_000,
        event_ids=["g2b"],
    )


FINAL = ReportFinal(patterns=1, summarized=1, skipped=1, failed=0, elapsed_ms=900)
EVENTS = st.one_of(
    st.builds(queued, NAMES),
    st.builds(summarized, NAMES),
    st.builds(provisional, NAMES, TITLES),
    st.builds(firmed, NAMES),
    st.builds(found, TITLES),
    st.just(RunStarted(run_id="run_1", source="shop", focus="")),
    st.just(SessionSkipped(session_id="s", file="s.json", reason="no user activity")),
    st.just(SessionSkipped(node="select", session_id="x.txt", file="x.txt", reason="not one")),
    st.just(SessionFailed(session_id="t", file="t.json", reason="it is cut off")),
    st.just(
        ProgressUpdated(node="select", requested=4, summarized=0, skipped=0, failed=0, patterns=0)
    ),
    st.just(ReportUsable(patterns=1, elapsed_ms=700)),
    st.just(FINAL),
    st.just(RunFailed(error="TooManyFailures", message="Most failed.")),
    st.just(RunWasCancelled(message="Cancelled on request.")),
)


@given(st.lists(EVENTS, max_size=40))
def test_the_patches_of_any_events_lead_to_the_document(events: list[RunEvent]) -> None:
    """A reader that applies every patch, with a library of its own, has the same document."""
    progress = RunProgress("run_1")
    seen: Any = new_document("run_1")
    for event in events:
        patch = progress.apply(event)
        seen = jsonpatch.apply_patch(seen, cast("Any", patch))
    assert seen == progress.document


@given(st.lists(EVENTS, max_size=40))
def test_the_same_events_give_the_same_document(events: list[RunEvent]) -> None:
    """Following a run late gives what following it from the start gives."""
    first, second = RunProgress("run_1"), RunProgress("run_1")
    for event in events:
        assert first.apply(event) == second.apply(event)


def test_a_run_from_its_start_to_its_end() -> None:
    """Nodes go from waiting to done, sessions and patterns fill, what did not firm up is dropped."""
    progress = RunProgress("run_1")
    for event in (
        RunStarted(run_id="run_1", source="shop", focus="Why?"),
        queued("a"),
        queued("b"),
        SessionSkipped(
            node="select", session_id="x.txt", file="x.txt", reason="it is no recording"
        ),
    ):
        progress.apply(event)
    nodes = {
        "select": "running",
        "summarize": "waiting",
        "patterns": "waiting",
        "report": "waiting",
    }
    assert progress.document["nodes"] == nodes
    for event in (
        summarized("a"),
        provisional("p"),
        provisional("q"),
        found("It is dead"),
        firmed("p"),
    ):
        progress.apply(event)
    assert progress.document["nodes"]["select"] == "done"
    assert progress.document["nodes"]["patterns"] == "running"
    progress.apply(ReportUsable(patterns=1, elapsed_ms=700))
    progress.apply(FINAL)
    document = progress.document
    assert set(document["nodes"].values()) == {"done"}
    assert [one["pattern_id"] for one in document["patterns"]] == ["p"]
    assert document["patterns"][0]["firm"] is True
    assert [(one["session_id"], one["state"]) for one in document["sessions"]] == [
        ("a", "summarized"),
        ("b", "queued"),
    ]
    assert document["unreadable"] == [{"file": "x.txt", "reason": "it is no recording"}]
    assert (document["status"], document["elapsed_ms"]) == ("done with gaps", 900)
    assert progress.ended


@pytest.mark.parametrize(
    ("event", "status"),
    [
        (RunFailed(error="X", message="Why."), "failed"),
        (RunWasCancelled(message="Why."), "cancelled"),
    ],
)
def test_a_run_that_ends_early_says_so(event: RunEvent, status: str) -> None:
    """The node that was at work, and the run, take the status; the message says why."""
    progress = RunProgress("run_1")
    progress.apply(summarized("a"))
    progress.apply(event)
    assert progress.document["status"] == status
    assert progress.document["nodes"]["summarize"] == status
    assert progress.document["message"] == "Why."


def test_only_the_latest_findings_are_kept() -> None:
    """A long run does not grow the document without limit."""
    progress = RunProgress("run_1")
    for number in range(MAX_FINDINGS + 5):
        progress.apply(found(f"claim {number}"))
    claims = [one["claim"] for one in progress.document["findings"]]
    assert (len(claims), claims[-1]) == (MAX_FINDINGS, f"claim {MAX_FINDINGS + 4}")


def test_progress_in_words_is_provisional_and_cites_what_was_found_last() -> None:
    """What a question asked meanwhile is answered from."""
    progress = RunProgress("run_1")
    for event in (
        RunStarted(run_id="run_1", source="shop", focus=""),
        queued("a"),
        queued("b"),
        summarized("a"),
        found("Clicked Pay in vain"),
        provisional("p"),
    ):
        progress.apply(event)
    answer = tell_progress(progress.document)
    assert answer.text == (
        "The run is still going: 1 of 2 sessions read; now reading the sessions and looking for what "
        "they share. Everything below is provisional.\n\n"
        "1 pattern so far:\n- **Pay is dead**: high, blocking, 1 of 2 sessions that could meet it, "
        "after 2 sessions\n\n"
        "Found last:\n- [a at 1:23](#/runs/run_1/sessions/a?ms=83000): Clicked Pay in vain (blocking, "
        "harm high)"
    )
    assert answer.citations[0].event_ids == ("g2b",)
    assert "No pattern about 'coupon' so far." in tell_progress(progress.document, "coupon").text


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=12,
)
TOKENS = st.lists(
    st.sampled_from(["", "0", "1", "-", "a", "~", "/", "01", "x/y"]), min_size=1, max_size=3
)
OPERATIONS = st.lists(
    st.tuples(st.sampled_from(["add", "replace", "remove"]), TOKENS, JSON), max_size=4
)


@given(st.dictionaries(st.text(max_size=2), JSON, max_size=3), OPERATIONS)
def test_a_patch_is_applied_as_the_standard_says(
    document: dict[str, Any], operations: list[tuple[Any, list[str], Any]]
) -> None:
    """The same result as an independent library, or a refusal where that refuses."""
    patch = [
        Operation(op=op, path=pointer(*tokens), value=value) for op, tokens, value in operations
    ]
    try:
        expected = jsonpatch.apply_patch(document, cast("Any", patch))
    except (jsonpatch.JsonPatchException, jsonpatch.JsonPointerException, TypeError, KeyError):
        with pytest.raises(PatchFailed):
            apply_patch(document, patch)
    else:
        apply_patch(document, patch)
        assert document == expected
