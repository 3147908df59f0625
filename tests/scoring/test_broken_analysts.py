"""Analyses that are wrong in one way each lose the figure that is about it, and keep the others."""

from collections.abc import Mapping

from evals.scoring.score import score
from graph.reports.report import Report, ReportPattern
from tests.scoring.building import (
    an_issue,
    pattern_of,
    perfect_report,
    small_truth,
    some_evidence,
    values,
    with_evidence,
    with_issues,
    with_patterns,
)

TRUTH = small_truth()
PERFECT = perfect_report(TRUTH)
CLEAN = perfect_report(TRUTH, "clean")


def figures(report: Report, clean: Report = CLEAN) -> dict[str, float]:
    found = values(score(TRUTH, report, clean=clean))
    return {name: value for name, value in found.items() if value is not None}


def lost(report: Report, clean: Report = CLEAN) -> dict[str, float]:
    """Every figure that differs from a perfect report's."""
    best = figures(PERFECT)
    found = figures(report, clean)
    assert found.keys() == best.keys()
    return {name: value for name, value in found.items() if value != best[name]}


def pattern(report: Report, title: str) -> ReportPattern:
    return next(pattern for pattern in report.patterns if pattern.title == title)


def half_of_the_issues(report: Report) -> Report:
    """Every second session issue is dropped, and its evidence with it."""
    kept = {
        (session.session_id, issue.event_ids[0])
        for number, session in enumerate(report.sessions)
        for place, issue in enumerate(session.issues)
        if (number + place) % 2
    }
    sessions = [
        session.model_copy(
            update={
                "issues": [
                    issue
                    for issue in session.issues
                    if (session.session_id, issue.event_ids[0]) in kept
                ]
            }
        )
        for session in report.sessions
    ]
    patterns = [
        with_evidence(pattern, evidence)
        for pattern in report.patterns
        if (
            evidence := [
                item for item in pattern.evidence if (item.session_id, item.event_ids[0]) in kept
            ]
        )
    ]
    return report.model_copy(update={"sessions": sessions, "patterns": patterns})


def test_dropping_half_of_the_issues_loses_recall_and_not_precision():
    """What is still said is true: only the figures of completeness fall."""
    found = lost(half_of_the_issues(PERFECT))
    assert found["pair_recall"] < 0.8
    assert 0.4 < found["event_recall"] < 0.6
    assert found["count_bias"] < 0
    assert not {"pattern_precision", "event_precision", "flag_precision", "duplicates"} & set(found)


def test_dropping_a_pattern_loses_pattern_recall_in_its_own_class():
    """A rare fault that is not told costs the recall of rare faults and no other class."""
    kept = [pattern for pattern in PERFECT.patterns if pattern.title != "Wrong total"]
    found = lost(with_patterns(PERFECT, kept))
    assert found["pattern_recall_1"] == 0.0
    assert found["pattern_recall"] == 0.8
    assert set(found) <= {"pattern_recall", "pattern_recall_1", "event_recall_all"}


def test_inventing_a_pattern_loses_precision_and_not_recall():
    """A pattern whose evidence lies on nothing planted is wrong, and only that."""
    invented = pattern_of(
        "Invented", "blocking", "high", [some_evidence(f"{n:03d}", 250_000) for n in range(5)]
    )
    found = lost(with_patterns(PERFECT, [*PERFECT.patterns, invented]))
    assert found["pattern_precision"] == 5 / 6
    assert found.keys() == {"pattern_precision", "event_precision_all"}


def test_wrong_times_lose_event_assignment_and_not_the_patterns():
    """Right story, wrong evidence: a third of the evidence points elsewhere in its session."""

    def astray(pattern: ReportPattern) -> ReportPattern:
        evidence = [
            item.model_copy(update={"ms": item.ms + 25_000}) if place % 3 == 2 else item
            for place, item in enumerate(pattern.evidence)
        ]
        return with_evidence(pattern, evidence)

    found = lost(with_patterns(PERFECT, list(map(astray, PERFECT.patterns))))
    assert 0.6 < found["event_precision"] < 0.75
    assert found["event_recall"] < 0.75
    assert not {"pattern_precision", "pattern_recall", "duplicates", "count_error"} & set(found)


def test_times_that_are_all_wrong_leave_nothing_found():
    """A pattern none of whose evidence shows the fault is not that fault, whatever its title."""

    def late(pattern: ReportPattern) -> ReportPattern:
        moved = [item.model_copy(update={"ms": item.ms + 25_000}) for item in pattern.evidence]
        return with_evidence(pattern, moved)

    found = figures(with_patterns(PERFECT, list(map(late, PERFECT.patterns))))
    assert found["pattern_precision"] == found["pattern_recall"] == 0.0
    assert found["event_recall_all"] == found["event_precision_all"] == 0.0


def test_splitting_a_pattern_makes_a_duplicate_and_no_merge():
    """Two patterns for one fault: one is found, the other repeats it."""
    whole = pattern(PERFECT, "List is slow")
    halves = [
        with_evidence(whole, whole.evidence[::2]),
        with_evidence(whole, whole.evidence[1::2]).model_copy(update={"id": "second"}),
    ]
    others = [one for one in PERFECT.patterns if one is not whole]
    found = lost(with_patterns(PERFECT, [*others, *halves]))
    assert found["duplicates"] == 1 / 6
    assert found["b_cubed_f1"] < 1.0
    assert "over_merges" not in found
    assert "pattern_recall" not in found


def test_splitting_one_cause_by_page_is_a_duplicate():
    """One cause on two pages is one pattern; a second one for the other page repeats it."""
    whole = pattern(PERFECT, "Saved in silence")
    pages = [
        with_evidence(whole, [item for item in whole.evidence if item.page == page]).model_copy(
            update={"id": page}
        )
        for page in ("/a", "/b")
    ]
    others = [one for one in PERFECT.patterns if one is not whole]
    found = lost(with_patterns(PERFECT, [*others, *pages]))
    assert found["one_cause_together"] == 0.0
    assert found["duplicates"] == 1 / 6


def test_merging_look_alikes_is_an_over_merge_and_no_duplicate():
    """One pattern over two faults finds one of them; the other is missing."""
    merged = [pattern(PERFECT, "Pay does nothing"), pattern(PERFECT, "Form empties")]
    both = with_evidence(merged[0], [item for one in merged for item in one.evidence])
    others = [one for one in PERFECT.patterns if one not in merged]
    found = lost(with_patterns(PERFECT, [*others, both]))
    assert found["over_merges"] == 1 / 4
    assert found["look_alikes_apart"] == 0.0
    assert found["pattern_recall"] == 0.8
    assert "duplicates" not in found


def test_swallowing_a_rare_fault_is_an_over_merge_however_small_it_is():
    """A large pattern that takes in a rare fault hides it, though it is 3 of 51 pieces of it."""
    large, rare = pattern(PERFECT, "List is slow"), pattern(PERFECT, "Form empties")
    both = with_evidence(large, [*large.evidence, *rare.evidence])
    others = [one for one in PERFECT.patterns if one not in (large, rare)]
    found = lost(with_patterns(PERFECT, [*others, both]))
    assert found["over_merges"] == 1 / 4
    assert found["pattern_recall"] == 0.8
    stray = with_evidence(large, [*large.evidence, rare.evidence[0]])
    assert "over_merges" not in lost(with_patterns(PERFECT, [*others, rare, stray]))


def test_merging_three_faults_evenly_finds_none_of_them():
    """Where no fault holds half of the evidence, a reader cannot tell which one it is."""
    titles = ("Wrong total", "Saved in silence", "Form empties")
    parts = [pattern(PERFECT, title).evidence[:1] for title in titles]
    both = pattern_of("Things", "blocking", "low", [item for part in parts for item in part])
    others = [one for one in PERFECT.patterns if one.title not in titles]
    scores = score(TRUTH, with_patterns(PERFECT, [*others, both]))
    assert scores.value("pattern_recall") == 0.4
    assert [row.status for row in scores.patterns].count("merged") == 1


def test_crying_wolf_in_clean_sessions_loses_the_false_alarms():
    """Blocking flags and patterns where nothing was wrong, per 100 sessions; recall is untouched."""
    noisy = with_issues(CLEAN, {f"{n:03d}": [an_issue(30_000)] for n in range(40, 45)})
    wolf = pattern_of("Wolf", "blocking", "high", [some_evidence("040", 30_000)])
    found = lost(PERFECT, with_patterns(noisy, [wolf]))
    assert found["wrong_blocking_before"] == found["wrong_blocking_after"]
    assert found["wrong_blocking_after"] == 100 * 5 / fault_free()
    assert found["wrong_patterns_after"] == 10.0
    assert found["decoys_flagged"] == found["decoys_blocking"] == 5 / 50
    assert found["flagged_fault_free"] == 5 / fault_free()
    assert not {"pattern_recall", "pattern_precision", "pair_recall"} & set(found)


def fault_free() -> int:
    return sum(session.fault_free for session in TRUTH.sessions)


def test_calling_everything_worse_than_it_is_loses_harm_agreement_alone():
    """Severity inflation shows in kappa and nowhere else."""
    critical = [one.model_copy(update={"harm": "critical"}) for one in PERFECT.patterns]
    found = lost(with_patterns(PERFECT, critical))
    assert found.keys() == {"harm_kappa"}
    assert found["harm_kappa"] <= 0.1


def test_the_wrong_kind_loses_kind_agreement_alone():
    """Kind is told apart from harm."""
    slow = [one.model_copy(update={"kind": "slow"}) for one in PERFECT.patterns]
    assert lost(with_patterns(PERFECT, slow)) == {"kind_agreement": 0.2}


def test_counting_sessions_that_never_met_it_is_an_error_with_a_sign():
    """A pattern that claims more sessions than truth has a positive bias."""
    more: Mapping[str, object] = {"sessions": ["030", "034", "035"], "affected": 3}
    patterns = [
        one.model_copy(update=more) if one.title == "Wrong total" else one
        for one in PERFECT.patterns
    ]
    found = lost(with_patterns(PERFECT, patterns))
    assert found == {"count_error": 2 / 5, "count_bias": 2 / 5}
