"""Canaries: chosen by seed, graded after the run, kept out of its counts."""

from hypothesis import given, settings, strategies as st

from evals.canaries import Canary, choose_canaries, grade_canaries, without_canaries
from evals.scoring.truth import Truth
from graph.reports.report import ReportSession, SessionIssue
from tests.scoring.building import an_issue, small_truth, truths

TRUTH = small_truth()


def reported(canary: Canary, *issues: SessionIssue) -> ReportSession:
    return ReportSession(
        session_id=canary.staged_as,
        file=f"folder/{canary.staged_as}",
        status="summarized",
        issues=list(issues),
    )


def told(canary: Canary) -> ReportSession:
    """The canary as a perfect analysis tells it."""
    if canary.fault is None:
        return reported(canary)
    return reported(canary, an_issue(canary.session.occurrences[canary.fault][0].ms + 1_000))


def test_five_planted_canaries_show_five_different_faults():
    """The grade speaks of the whole range of faults, not of the commonest one five times."""
    chosen = choose_canaries(TRUTH, planted=5, clean=3, seed=1)
    faults = [canary.fault for canary in chosen if canary.fault is not None]
    assert len(set(faults)) == len(faults) == 5
    assert [canary.session.fault_free for canary in chosen] == [False] * 5 + [True] * 3


@settings(max_examples=50)
@given(truths(), st.integers(0, 6), st.integers(0, 6), st.integers(0, 1_000))
def test_canaries_are_what_they_are_said_to_be(truth: Truth, planted: int, clean: int, seed: int):
    """The same seed chooses the same; each once; a planted one met its fault, a clean one none."""
    chosen = choose_canaries(truth, planted=planted, clean=clean, seed=seed)
    assert chosen == choose_canaries(truth, planted=planted, clean=clean, seed=seed)
    assert len({canary.file for canary in chosen}) == len(chosen)
    assert len({canary.staged_as for canary in chosen}) == len(chosen)
    faulty = [canary for canary in chosen if canary.fault is not None]
    assert len(faulty) == min(planted, sum(not session.fault_free for session in truth.sessions))
    for canary in chosen:
        if canary.fault is None:
            assert canary.session.fault_free
        else:
            assert canary.fault in canary.session.occurrences


def test_a_perfect_analysis_finds_them_all_and_raises_no_alarm():
    """The words are the ones a report prints."""
    chosen = choose_canaries(TRUTH, planted=5, clean=4, seed=2)
    grade = grade_canaries(map(told, chosen), chosen)
    assert grade.words == "found 5 of 5 planted, 0 false alarms in 4 clean"


def test_a_missed_fault_and_an_alarm_in_a_clean_session_are_counted():
    """An issue elsewhere in the session finds nothing; any issue in a clean one is an alarm."""
    chosen = choose_canaries(TRUTH, planted=3, clean=2, seed=2)
    sessions = [told(canary) for canary in chosen]
    sessions[0] = reported(chosen[0], an_issue(290_000))
    sessions[4] = reported(chosen[4], an_issue(5_000, "non-blocking"))
    grade = grade_canaries(sessions, chosen)
    assert grade.words == "found 2 of 3 planted, 1 false alarm in 2 clean"


def test_a_canary_that_was_not_analysed_is_neither_found_nor_clean():
    """A failed session proves nothing, and the reader is told."""
    chosen = choose_canaries(TRUTH, planted=2, clean=1, seed=2)
    grade = grade_canaries([told(canary) for canary in chosen[1:]], chosen)
    assert (grade.planted, grade.unseen) == (1, 1)
    assert grade.words.endswith("1 could not be analysed")


def test_only_canaries_are_kept_out():
    """A user's session stays, also where its file is called like the corpus's own."""
    chosen = choose_canaries(TRUTH, planted=2, clean=2, seed=2)
    own = [
        ReportSession(session_id="a", file=chosen[0].file, status="summarized"),
        ReportSession(session_id="b", file="canary-bird.json", status="summarized"),
    ]
    mixed = [own[0], *map(told, chosen), own[1]]
    assert without_canaries(mixed, chosen) == own
