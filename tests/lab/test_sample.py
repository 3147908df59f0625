"""The frozen sample: real recordings of the three apps, with truth that can be proven."""

from pathlib import Path

import pytest

from evals.lab.catalog import HELD_OUT, LAB
from evals.lab.check import unproven
from evals.lab.corpus import load_recording, load_truth
from evals.lab.freeze import SAMPLE

MOST_BYTES = 1_500_000


def test_sample_is_small_and_has_every_app() -> None:
    """The sample stays small enough to be committed and covers the held-out app too."""
    names = {folder.name for folder in SAMPLE.iterdir()}
    assert names == set(LAB)
    assert HELD_OUT in names
    assert sum(file.stat().st_size for file in SAMPLE.rglob("*") if file.is_file()) < MOST_BYTES


@pytest.mark.parametrize("name", sorted(LAB))
def test_times_of_truth_lie_in_the_recording(name: str) -> None:
    """Each recording starts when truth says; each occurrence and decoy lies within it."""
    folder = SAMPLE / name
    for row in load_truth(folder)["sessions"]:
        events = load_recording(folder, row["file"])
        assert events[0]["timestamp"] == row["start_ms"]
        last = max(event["timestamp"] for event in events) - row["start_ms"]
        assert last == row["duration_ms"]
        spans = [o for met in row["faults"] for o in met["occurrences"]]
        assert all(0 <= span["ms"] <= span["end_ms"] <= last for span in spans)
        assert all(0 <= ms <= last for met in row["decoys"] for ms in met["ms"])


@pytest.mark.parametrize("name", sorted(LAB))
def test_every_occurrence_can_be_proven(name: str) -> None:
    """What truth says happened can be seen in the recorded events."""
    assert list(unproven(LAB[name], SAMPLE / name)) == []


@pytest.mark.parametrize("name", sorted(LAB))
def test_ids_of_truth_are_declared(name: str) -> None:
    """Sessions name no fault, decoy or goal that the app does not declare."""
    truth = load_truth(SAMPLE / name)
    faults = {fault["id"] for fault in truth["faults"]}
    for row in truth["sessions"]:
        assert {met["fault"] for met in row["faults"]} <= faults
        assert {met["decoy"] for met in row["decoys"]} <= set(truth["decoys"])
        assert row["batch"] == "main" or not row["faults"]
        assert Path(row["file"]).name == f"{row['session']}.json.gz"
