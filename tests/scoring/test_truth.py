"""Reading truth files that others wrote."""

import json
from pathlib import Path

import pytest

from evals.scoring.truth import TruthUnreadable, parse_truth, read_truth
from tests.scoring.building import FAULTS, met, session_row, truth_of

DEMO = Path(__file__).parents[2] / "demo"

PUBLISHED = """{
  "app": "what it is, in a sentence",
  "severity_rule": "how severity was assigned, in words",
  "faults": [{"id": "refund_hang", "title": "Refund spins forever", "kind": "blocking", "severity": "critical",
              "pages": ["/orders"], "element": "Refund", "console_error": false, "failed_request": true, "truth": "what really happens"}],
  "decoys": {"d_retry": "GET answers 500, an automatic retry succeeds about 200 ms later"},
  "groups": {"look_alikes": [["refund_hang", "refund_hang"]], "one_cause_two_pages": ["refund_hang"]},
  "sessions": [{"file": "recordings/001.json.gz", "batch": "main", "session": "001", "start_ms": 1772459621393,
                "duration_ms": 201693, "habit": "hasty", "goals": [{"id": "refund", "goal": "Get a refund", "achieved": false}],
                "faults": [{"fault": "refund_hang", "occurrences": [{"ms": 160842, "page": "/orders", "end_ms": 168001}],
                            "overcame": false, "abandoned": true}],
                "decoys": [{"decoy": "d_retry", "ms": [66023]}], "traits": ["hostile_text"]}]
}"""


def broken(change: dict[str, object]) -> str:
    session = session_row("001", met("dead_pay", 1_000))
    return json.dumps({"faults": list(FAULTS), "sessions": [session], **change})


def test_the_published_example_can_be_read():
    """The example in the documentation is a truth, every part where it belongs."""
    truth = parse_truth(PUBLISHED, "truth.json")
    session = truth.sessions[0]
    assert session.faults_at(173_001, 5_000) == {"refund_hang"}
    assert session.faults_at(173_002, 5_000) == frozenset()
    assert session.decoys_at(66_500, 5_000) == {"d_retry"}
    assert session.goals[0].achieved is False


def test_the_bundled_demo_has_a_truth():
    """The demo's own truth file is read, and its recordings are there."""
    truth = read_truth(DEMO)
    assert len(truth.sessions) >= 40
    assert all((DEMO / session.file).is_file() for session in truth.sessions)


def test_only_what_carries_a_figure_is_needed():
    """A hand-written file may leave out what nothing is computed from, and add what it likes."""
    truth = truth_of(
        [{"file": "a.json", "faults": [{"fault": "f", "occurrences": [{"ms": 5.6}], "x": 1}]}],
        [{"id": "f", "kind": "slow", "severity": "low", "owner": "me"}],
        labelled_by="me",
    )
    occurrence = truth.sessions[0].occurrences["f"][0]
    assert (occurrence.ms, occurrence.until_ms) == (6, 6)
    assert truth.sessions[0].batch == "main"


def test_a_fault_that_was_switched_on_and_never_met_is_no_fault_of_the_session():
    """Truth counts meetings, not switches."""
    assert truth_of([session_row("001", met("dead_pay"))]).sessions[0].fault_free


@pytest.mark.parametrize(
    ("change", "place", "words"),
    [
        ({"sessions": []}, "the top", "sessions is empty"),
        (
            {"faults": [{"id": "a", "kind": "bad", "severity": "low"}]},
            "faults[0].kind",
            "'non-blocking'",
        ),
        (
            {"sessions": [session_row("7", {"fault": "dead_pay", "occurrences": [{"ms": -1}]})]},
            "sessions[0].faults[0].occurrences[0].ms (file 'recordings/7.json.gz')",
            "greater than or equal to 0, not -1",
        ),
        (
            {"sessions": [session_row("7", met("dead_pay", 9, lasts=1), met("typo", 9))]},
            "the top",
            "sessions[0] ('recordings/7.json.gz') names the fault 'typo'",
        ),
        (
            {"sessions": [{"file": "../../etc/passwd"}]},
            "sessions[0].file (file '../../etc/passwd')",
            "inside it",
        ),
        (
            {"sessions": [{"file": "a.json"}, {"file": "a.json"}]},
            "the top",
            "names 'a.json' more than once",
        ),
        ({"groups": {"look_alikes": [["dead_pay", "gone"]]}}, "the top", "'gone'"),
        ({"sessions": 3}, "sessions", "not 3"),
    ],
)
def test_a_mistake_is_named_with_its_place(change: dict[str, object], place: str, words: str):
    """One clear error: the file, the place, what is wrong there, and where the format stands."""
    with pytest.raises(TruthUnreadable) as caught:
        parse_truth(broken(change), "x/truth.json")
    assert caught.value.place == place
    assert words in caught.value.problem
    assert "x/truth.json" in str(caught.value)
    assert "docs/evaluation.md" in str(caught.value)


def test_several_mistakes_are_counted():
    """The first mistake is told in full and the others by their number."""
    sessions = [{"file": "a.json", "batch": "x"}, {"file": "b.json", "batch": "y"}]
    with pytest.raises(TruthUnreadable, match=r"\(and 1 more\)"):
        parse_truth(broken({"sessions": sessions}), "truth.json")


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "[]", "null", '"truth"'])
def test_what_is_no_truth_at_all_is_said_so(text: str):
    """Anything else than an object of the format is one error, never a traceback."""
    with pytest.raises(TruthUnreadable):
        parse_truth(text, "truth.json")


def test_a_folder_without_a_truth_says_what_is_missing(tmp_path: Path):
    """A folder that is no corpus is told apart from a broken one."""
    with pytest.raises(TruthUnreadable, match="no such file"):
        read_truth(tmp_path)
