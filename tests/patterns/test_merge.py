"""Patterns of many sessions: order, counts, thresholds, ids and time."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings, strategies as st

from graph.patterns.merge import find_patterns
from graph.sessions.summary import (
    Harm,
    Issue,
    IssueKind,
    Outcome,
    SessionSummary,
    Verdict,
)
from tests.patterns.building import issue, session

EFFECTS = (
    "no_response",
    "spinner",
    "error_shown",
    "failed_request",
    "slow",
    "lost_input",
    "refill",
)
ELEMENTS = ('button "Save"', 'button "Pay now"', 'field "Name"', "")
WORDS = ("", "something went wrong", "your card was declined", "POST /api/save 5xx")

issues = st.builds(
    issue,
    st.sampled_from(EFFECTS),
    st.sampled_from(ELEMENTS),
    st.sampled_from(("/a", "/b", "/a/{id}")),
    st.sampled_from(WORDS),
    ms=st.integers(0, 30_000),
    harm=st.sampled_from(list(Harm)),
    kind=st.sampled_from(list(IssueKind)),
    overcame=st.booleans(),
    verdict=st.sampled_from([None, None, None, *Verdict]),
    row=st.integers(0, 9),
)


@st.composite
def corpora(draw: st.DrawFn) -> list[SessionSummary]:
    """Up to twelve sessions with up to five issues each, of few keys, so that they meet."""
    found: list[Sequence[Issue]] = draw(st.lists(st.lists(issues, max_size=5), max_size=12))
    outcomes = draw(st.lists(st.sampled_from(list(Outcome)), min_size=12, max_size=12))
    return [
        session(n, *mine, outcome=outcomes[n], uses=[("/a", 'button "Save"')])
        for n, mine in enumerate(found)
    ]


@settings(max_examples=60, deadline=None)
@given(corpora(), st.randoms(use_true_random=False))
def test_order_plays_no_part(summaries: list[SessionSummary], random: st.DataObject) -> None:
    """Sessions arrive in any order; the patterns, their ids and their words are the same."""
    shuffled = list(summaries)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert find_patterns(shuffled) == find_patterns(summaries)


@settings(max_examples=60, deadline=None)
@given(corpora())
def test_counts_hold_together(summaries: list[SessionSummary]) -> None:
    """Affected are eligible, each session counts once, and evidence shows each of them first."""
    for pattern in find_patterns(summaries):
        affected = pattern.affected
        assert len(set(affected)) == len(affected) >= 1
        assert set(affected) <= set(pattern.eligible)
        share = len(affected) / len(pattern.eligible)
        assert pattern.interval.low <= share <= pattern.interval.high
        assert 0 <= pattern.success_despite <= len(affected)
        standing = [one for one in pattern.occurrences if one.verdict is not Verdict.REFUTED]
        assert {one.session_id for one in standing} == set(affected)
        front = [one.session_id for one in pattern.occurrences[: len(affected)]]
        assert len(set(front)) == len(front)


@settings(max_examples=40, deadline=None)
@given(corpora())
def test_an_issue_is_in_one_pattern_at_most(summaries: list[SessionSummary]) -> None:
    """Every occurrence is an issue of its session, and no issue is counted in two patterns."""
    patterns = find_patterns(summaries)
    ids = [pattern.id for pattern in patterns]
    assert len(set(ids)) == len(ids)
    total = sum(len(pattern.occurrences) for pattern in patterns)
    assert total <= sum(len(summary.issues) for summary in summaries)


def test_no_recurring_issue_is_an_answer() -> None:
    """Clean sessions have no pattern, and neither have mild single issues."""
    mild = issue(harm=Harm.LOW, kind=IssueKind.CONFUSION)
    assert find_patterns([]) == ()
    assert find_patterns([session(1), session(2, mild)]) == ()


def test_a_rare_fault_counts_where_it_hurts() -> None:
    """One session is enough for a block and for a detour; not for a delay, nor for behaviour."""
    assert len(find_patterns([session(1, issue(harm=Harm.HIGH))])) == 1
    assert len(find_patterns([session(1, issue(harm=Harm.MEDIUM, overcame=True))])) == 1
    assert find_patterns([session(1, issue("slow", harm=Harm.LOW))]) == ()
    lost = issue("wander", "", "/help", harm=Harm.MEDIUM, kind=IssueKind.CONFUSION)
    assert find_patterns([session(1, lost)]) == ()
    assert len(find_patterns([session(1, lost), session(2, lost)])) == 1


def test_a_mild_issue_must_reach_some_of_those_who_could_meet_it() -> None:
    """Two of sixty slow answers are chance; five of sixty are not."""
    slow = issue("slow", harm=Harm.LOW, kind=IssueKind.SLOW, overcame=True)
    fine = [session(n, uses=[("/checkout", 'button "Pay now"')]) for n in range(100, 155)]
    assert find_patterns([*fine, *(session(n, slow) for n in range(2))]) == ()
    assert len(find_patterns([*fine, *(session(n, slow) for n in range(5))])) == 1


def test_behaviour_alone_is_a_pattern_where_most_show_it() -> None:
    """Leaving a page at once is a habit; where half of its visitors do it, it is the page."""
    back = issue("quick_back", "", "/team", harm=Harm.LOW, kind=IssueKind.CONFUSION)
    stay = [session(n, uses=[("/team", "")]) for n in range(100, 106)]
    assert find_patterns([*stay, *(session(n, back) for n in range(3))]) == ()
    assert len(find_patterns([*stay, *(session(n, back) for n in range(7))])) == 1


def test_a_form_that_gets_what_it_asks_for_works() -> None:
    """Refusals with low harm are no pattern, however many sessions show them."""
    refused = issue("validation", fingerprint="enter a date", harm=Harm.LOW)
    assert find_patterns([session(n, refused) for n in range(9)]) == ()


def test_what_pixels_refute_does_not_count() -> None:
    """A session whose only sighting was refuted is not affected; the sighting is kept at the end."""
    summaries = [session(n, issue()) for n in range(1, 4)]
    summaries += [session(4, issue(verdict=Verdict.REFUTED))]
    (pattern,) = find_patterns(summaries)
    assert pattern.affected == ("s0001", "s0002", "s0003")
    assert pattern.occurrences[-1].session_id == "s0004"
    assert find_patterns([session(1, issue(verdict=Verdict.REFUTED))]) == ()


def test_confirmed_evidence_comes_first() -> None:
    """Of several sessions, the one that pixels confirmed is shown first."""
    summaries = [session(1, issue()), session(2, issue(verdict=Verdict.CONFIRMED))]
    (pattern,) = find_patterns(summaries)
    assert [one.session_id for one in pattern.occurrences] == ["s0002", "s0001"]


def test_the_id_stays_while_sessions_come_in() -> None:
    """A pattern keeps its id as it grows, as other faces join and as other faults appear."""
    growing = [session(n, issue()) for n in range(1, 3)]
    (before,) = find_patterns(growing)
    growing += [session(n, issue("spinner")) for n in range(3, 9)]
    growing += [session(n, issue("no_response", page="/pay-later")) for n in range(9, 12)]
    growing += [session(n, issue("no_response", 'button "Search"', "/")) for n in range(20, 30)]
    after = {pattern.id: pattern for pattern in find_patterns(growing)}
    assert len(after) == 2
    assert len(after[before.id].affected) == 11


def test_two_faults_of_one_control_have_two_ids() -> None:
    """Two messages on one control are told apart, whichever is seen first."""
    declined = issue("error_shown", fingerprint="this card was declined by your bank")
    unreachable = issue("error_shown", fingerprint="the delivery address cannot be reached")
    patterns = find_patterns(
        [session(n, declined) for n in (1, 2)] + [session(n, unreachable) for n in (3, 4)]
    )
    assert len({pattern.id for pattern in patterns}) == 2
