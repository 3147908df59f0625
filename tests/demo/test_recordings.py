"""The committed demo: every file is there, small, and shows what its truth says."""

from typing import Any

import pytest

from demo.app import APP
from demo.record import FOLDER
from evals.lab.check import prevalence, unproven
from evals.lab.corpus import load_recording, load_truth

Json = dict[str, Any]
MOST_BYTES = 4_000_000


@pytest.fixture(scope="module")
def truth() -> Json:
    return load_truth(FOLDER)


def test_the_demo_is_rich_and_small(truth: Json) -> None:
    """At least 44 sessions, 12 of them without faults, in less than 4 MB."""
    assert len(truth["sessions"]) >= 44
    assert sum(not row["faults"] for row in truth["sessions"]) >= 12
    files = list((FOLDER / "recordings").iterdir())
    assert sum(file.stat().st_size for file in files) < MOST_BYTES
    assert {row["file"] for row in truth["sessions"]} == {
        f"recordings/{file.name}" for file in files
    }


def test_every_fault_and_decoy_is_met(truth: Json) -> None:
    """Each planted fault and decoy is met by somebody, and one fault by one session only."""
    counted = prevalence(truth)
    assert all(counted[switch.id] for switch in (*APP.faults, *APP.decoys))
    assert min(counted[fault.id] for fault in APP.faults) == 1
    traits = [trait for row in truth["sessions"] for trait in row["traits"]]
    assert sorted(traits) == ["idle_15_minutes", "no_activity"]


def test_times_of_truth_lie_in_the_recording(truth: Json) -> None:
    """Recordings start when truth says and hold each occurrence and decoy."""
    for row in truth["sessions"]:
        times = [event["timestamp"] for event in load_recording(FOLDER, row["file"])]
        assert times[0] == row["start_ms"]
        last = max(times) - row["start_ms"]
        spans = [o for met in row["faults"] for o in met["occurrences"]]
        assert all(0 <= span["ms"] <= span["end_ms"] <= last for span in spans)
        assert all(0 <= ms <= last for met in row["decoys"] for ms in met["ms"])


def test_every_occurrence_can_be_proven() -> None:
    """What truth says happened can be seen in the recorded events."""
    assert list(unproven(APP, FOLDER)) == []
