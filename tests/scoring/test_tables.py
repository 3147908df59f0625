"""What is printed: the table with its floors, the details, the comparison, the ladder."""

import json
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from evals.scoring.compare import comparison
from evals.scoring.details import details
from evals.scoring.floors import NO_AUDIT, RULES_ONLY
from evals.scoring.metrics import METRIC, METRICS, Better, prevalence_class
from evals.scoring.result import CorpusResult, Evaluation, read_evaluation
from evals.scoring.score import score
from evals.scoring.scores import Scores
from evals.scoring.table import corpus_table, evaluation_table, ladder_table, markdown_row
from graph.errors import InvalidRequest
from graph.reports.report import Report
from tests.scoring.building import (
    pattern_of,
    perfect_report,
    small_truth,
    some_evidence,
    traces_of,
    with_patterns,
)

TRUTH = small_truth()
PERFECT = perfect_report(TRUTH)
WOLF = pattern_of("Wolf | cried", "blocking", "high", [some_evidence("036", 221_000)])
WORSE = with_patterns(
    PERFECT, [*(one for one in PERFECT.patterns if one.title != "Pay does nothing"), WOLF]
)


def scores_of(report: Report) -> Scores:
    clean = perfect_report(TRUTH, "clean")
    return score(TRUTH, report, clean=clean, traces=traces_of(TRUTH).get)


def evaluation_of(report: Report, name: str = "shop") -> Evaluation:
    scores = scores_of(report)
    corpus = CorpusResult(
        name=name,
        app="A shop",
        split="dev",
        truth="digest",
        columns={RULES_ONLY: scores, NO_AUDIT: scores},
    )
    return Evaluation(
        created_at="2026-01-02T03:04:05+00:00",
        seed=7,
        versions={"snags": "1", "python": "3"},
        analysts=["rules"],
        corpora=[corpus],
    )


def row(table: str, title: str) -> list[str]:
    line = next(line for line in table.splitlines() if line.startswith(f"| {title} |"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_a_figure_stands_beside_its_target_its_interval_and_the_floors():
    """Every row says what it is made of; a way that cannot run yet says so."""
    table = corpus_table(evaluation_of(WORSE).corpora[0])
    assert row(table, "Pattern precision") == [
        "Pattern precision",
        "≥ 0.85 **missed**",
        "0.80 (4/5)",
        "0.38 to 0.96",
        "0.80 (4/5)",
        "not yet",
        "not yet",
        "not yet",
    ]
    assert row(table, "Duplicates")[1] == "≤ 0.05 met"


def test_the_table_says_what_it_was_made_with():
    """Seed, versions, analysts, date, and that planted is not production."""
    text = evaluation_table(evaluation_of(PERFECT))
    assert text.startswith("Planted faults are not production")
    assert "2026-01-02 · snags 1, python 3 · analysts: rules · seed 7" in text
    assert "## shop (dev)" in text


def test_every_target_is_in_the_table_even_where_nothing_could_be_measured():
    """A target that was not measured must not look like one that does not exist."""
    empty = Scores(figures={}, main_sessions=0, clean_sessions=0, fault_free_sessions=0)
    corpus = CorpusResult(name="x", app="", split="", truth="", columns={RULES_ONLY: empty})
    table = corpus_table(corpus)
    for metric in METRICS:
        if metric.target is not None:
            assert row(table, metric.title)[2] == "n/a"


def test_the_ladder_has_every_rung_with_truth_and_dollars():
    """Rungs that need a model say "not yet"; the rules stand below them as the floor."""
    lines = ladder_table(evaluation_of(PERFECT).corpora[0]).splitlines()
    assert lines[4].startswith("| 0. Rules only, no model | 1.00 (39/39)")
    assert lines[4].endswith("| $0.00 |")
    assert sum("not yet" in line for line in lines) == 5


def test_the_details_name_what_was_missed_and_what_was_invented():
    """Each fault with what it was found as, each wrong pattern with the decoy it fell for."""
    text = details(evaluation_of(WORSE).corpora[0])
    fault = row(text, "dead_pay: Pay does nothing")
    assert fault == snapshot(
        [
            "dead_pay: Pay does nothing",
            "blocking",
            "critical",
            "5-19",
            "**not found**",
            "",
            "0/8",
            "0/8",
            "8/8",
            "",
            "",
        ]
    )
    assert row(text, "dead_pay") == [
        "dead_pay",
        "8/8",
        "Pay does nothing at # ms",
        "no pattern",
    ]
    assert "| Wolf \\| cried | blocking, high | wrong |" in text
    assert "d_retry 1 | recordings/036.json.gz @ 221.0 s |" in text


def test_a_comparison_tells_what_was_gained_and_lost_by_name():
    """Figures with their change, and the faults, patterns and decoys behind it."""
    text = comparison(evaluation_of(WORSE), evaluation_of(PERFECT))
    assert row(text, "Pattern precision") == [
        "Pattern precision",
        "0.80 (4/5)",
        "1.00 (5/5)",
        "+0.20",
        "gained",
    ]
    assert "Faults found by B and not by A: dead_pay (8 sessions)" in text
    assert "Wrong patterns only in A: Wolf | cried" in text
    assert "found by A and not" not in text


def test_a_change_beyond_both_intervals_is_called_clear():
    """Where the intervals do not touch, it is no accident of the sample."""
    nothing = with_patterns(PERFECT, [])
    text = comparison(evaluation_of(PERFECT), evaluation_of(nothing))
    assert row(text, "Pattern recall")[-1] == "lost, clear"


def test_a_comparison_of_two_truths_says_so():
    """Figures of different truths differ for that reason too."""
    other = evaluation_of(PERFECT)
    corpus = other.corpora[0].model_copy(update={"truth": "another"})
    text = comparison(evaluation_of(PERFECT), other.model_copy(update={"corpora": [corpus]}))
    assert "The truth changed between A and B" in text


def test_a_corpus_that_only_one_has_is_named():
    """Nothing is compared with nothing in silence."""
    text = comparison(evaluation_of(PERFECT), evaluation_of(PERFECT, name="stays"))
    assert "shop is only in A" in text
    assert "stays is only in B" in text


def test_a_result_is_read_from_its_file_or_its_folder(tmp_path: Path):
    """What --json and --out wrote is what --compare reads."""
    evaluation = evaluation_of(PERFECT)
    (tmp_path / "result.json").write_text(evaluation.to_json(), encoding="utf-8")
    assert read_evaluation(tmp_path) == evaluation
    assert read_evaluation(tmp_path / "result.json") == evaluation


@pytest.mark.parametrize("text", ["", "[]", "{}", json.dumps({"schema": "other/1"})])
def test_anything_else_is_no_result(tmp_path: Path, text: str):
    """One clear error that says what to give."""
    (tmp_path / "result.json").write_text(text, encoding="utf-8")
    with pytest.raises(InvalidRequest, match="--json wrote"):
        read_evaluation(tmp_path)
    with pytest.raises(InvalidRequest, match="--json wrote"):
        read_evaluation(tmp_path / "nowhere.json")


def test_recorded_text_cannot_break_out_of_its_cell():
    """Claims quote pages: line breaks, pipes and tags stay text."""
    assert markdown_row(["a|b\nc", "<script>"]) == "| a\\|b c | &lt;script> |"


@pytest.mark.parametrize(
    ("sessions", "of", "expected"),
    [
        (1, 100, "1"),
        (2, 100, "2_4"),
        (4, 100, "2_4"),
        (5, 100, "5_19"),
        (19, 100, "5_19"),
        (20, 100, "20"),
        (1, 30, "1"),
        (10, 1_000, "1"),
        (1, 1_000, "1"),
        (50, 1_000, "5_19"),
    ],
)
def test_prevalence_is_counted_in_sessions_of_a_hundred(sessions: int, of: int, expected: str):
    """Larger batches are scaled down to 100; smaller ones are not scaled up."""
    assert prevalence_class(sessions, of) == f"pattern_recall_{expected}"


def test_a_gain_is_a_gain_whichever_way_is_better():
    """More recall, fewer alarms, a bias nearer to zero; cost figures without a side do not count."""
    assert METRIC["pattern_recall"].gain(0.5, 0.7) > 0
    assert METRIC["duplicates"].gain(0.5, 0.7) < 0
    assert METRIC["count_bias"].gain(-0.5, 0.1) > 0
    assert METRIC["model_calls"].better is Better.NEITHER
    assert METRIC["model_calls"].gain(1, 2) == 0


def test_every_metric_is_defined_in_the_documentation():
    """A figure whose definition cannot be looked up is not published."""
    text = (Path(__file__).parents[2] / "docs" / "evaluation.md").read_text(encoding="utf-8")
    plain = " ".join(text.split())
    titles = [metric.title for metric in METRICS if not metric.title.startswith("—")]
    stems = [title.removesuffix(", before validation") for title in titles]
    assert [stem for stem in stems if stem.removeprefix("Count error, ") not in plain] == []
