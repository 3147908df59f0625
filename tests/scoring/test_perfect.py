"""A perfect report scores perfectly, and no report scores outside its range."""

import random
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import given, settings, strategies as st

from evals.scoring.metrics import METRIC, METRICS, Form
from evals.scoring.score import score
from evals.scoring.scores import Scores
from evals.scoring.truth import Truth, read_truth
from graph.reports.report import Report
from tests.scoring.building import perfect_report, small_truth, traces_of, truths, values

BEST = {
    "duplicates": 0.0,
    "over_merges": 0.0,
    "count_error": 0.0,
    "count_bias": 0.0,
    "invented": 0.0,
    "invented_share": 0.0,
    "wrong_patterns_before": 0.0,
    "wrong_patterns_after": 0.0,
    "wrong_blocking_before": 0.0,
    "wrong_blocking_after": 0.0,
    "lost_by_validation": 0.0,
    "withheld_true": 0.0,
    "flags_fault_free": 0.0,
    "flagged_fault_free": 0.0,
    "decoys_flagged": 0.0,
    "decoys_blocking": 0.0,
}
"""What is best where less is better; every other share is best at 1."""

T = TypeVar("T")

PROJECT = Path(__file__).parents[2]
SAMPLES = sorted(file.parent for file in PROJECT.glob("evals/lab/sample/*/truth.json"))
CORPORA = [PROJECT / "demo", *SAMPLES]

MEASURED = [metric.id for metric in METRICS if metric.form not in (Form.MONEY, Form.DURATION)]


def perfect_scores(truth: Truth) -> Scores:
    clean = perfect_report(truth, "clean") if truth.batch("clean") else None
    return score(truth, perfect_report(truth), clean=clean, traces=traces_of(truth).get)


def test_a_perfect_report_of_the_small_truth_has_every_figure_at_its_best():
    """Nothing is left unmeasured there, and every figure that can be perfect is."""
    found = values(perfect_scores(small_truth()))
    expected = {name: BEST.get(name, 1.0) for name in MEASURED}
    del expected["model_calls"], expected["tokens"], expected["stability_order"]
    assert {name: found[name] for name in expected} == expected


@settings(max_examples=25)
@given(truths())
def test_a_perfect_report_of_any_truth_scores_perfectly(truth: Truth):
    """Whatever was planted, telling exactly that is the best there is."""
    for name, value in values(perfect_scores(truth)).items():
        if name in MEASURED and name not in ("model_calls", "tokens") and value is not None:
            assert value == BEST.get(name, 1.0), name


@settings(max_examples=25)
@given(truths(), truths(), st.integers(0, 3))
def test_any_report_scores_within_range(truth: Truth, other: Truth, seed: int):
    """A report of something else entirely leaves every share between 0 and 1, and in its interval."""
    scores = score(truth, perfect_report(other), seed=seed)
    for name, found in scores.figures.items():
        if METRIC[name].form is Form.SHARE and found.value is not None and name != "count_error":
            assert 0 <= found.value <= 1, name
        if found.value is not None and found.low is not None and found.high is not None:
            assert found.low <= found.high


@settings(max_examples=25)
@given(truths(), truths(), st.randoms(use_true_random=False))
def test_the_order_of_anything_changes_nothing(truth: Truth, other: Truth, draw: random.Random):
    """Patterns, their evidence and the sessions may come in any order."""
    report = perfect_report(other)
    again = score(truth, shuffled(report, draw))
    assert again.figures == score(truth, report).figures


def shuffled(report: Report, draw: random.Random) -> Report:
    def mixed(things: list[T]) -> list[T]:
        return draw.sample(things, len(things))

    patterns = [
        pattern.model_copy(update={"evidence": mixed(pattern.evidence)})
        for pattern in report.patterns
    ]
    return report.model_copy(
        update={"patterns": mixed(patterns), "sessions": mixed(report.sessions)}
    )


def test_scores_survive_their_json():
    """What is written is what is read."""
    scores = perfect_scores(small_truth())
    assert Scores.model_validate_json(scores.model_dump_json()) == scores


def test_every_figure_is_a_known_metric():
    """No figure is computed that the table would not print."""
    assert set(perfect_scores(small_truth()).figures) <= set(METRIC)


@pytest.mark.parametrize("corpus", CORPORA, ids=lambda path: path.name)
def test_a_perfect_report_of_a_recorded_corpus_scores_perfectly(corpus: Path):
    """Real sessions crowd their faults, and the tolerances still tell them apart."""
    truth = read_truth(corpus)
    clean = perfect_report(truth, "clean") if truth.batch("clean") else None
    found = values(score(truth, perfect_report(truth), clean=clean))
    endings = {"overcame_agreement", "abandoned_seen"}  # told per session in the building
    for name in set(MEASURED) - endings - {"model_calls", "tokens"}:
        assert found.get(name) in (None, BEST.get(name, 1.0)), name


def test_the_frozen_sample_is_there():
    """The sample of the lab's corpora ships with the repository; no test of it is skipped."""
    assert len(SAMPLES) >= 2
    for sample in SAMPLES:
        truth = read_truth(sample)
        assert all((sample / session.file).is_file() for session in truth.sessions)
        assert {session.batch for session in truth.sessions} == {"main", "clean"}
