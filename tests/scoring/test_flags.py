"""Flags against faults, decoys, validation and the claim audit; sessions against files."""

import pytest

from evals.scoring.audit import without_audit
from evals.scoring.joined import PathEnds
from evals.scoring.score import score
from graph.reports.report import (
    ClaimAudit,
    RefutedFinding,
    Report,
    ReportSession,
    UnreadableEntry,
    Withheld,
)
from tests.scoring.building import (
    an_issue,
    met,
    pattern_of,
    perfect_report,
    report_of,
    session_row,
    small_truth,
    some_evidence,
    traces_of,
    truth_of,
    with_issues,
    with_patterns,
)

TRUTH = small_truth()
PERFECT = perfect_report(TRUTH)


def bare(report: Report) -> Report:
    """The same sessions with no issue and no pattern."""
    sessions = [session.model_copy(update={"issues": []}) for session in report.sessions]
    return report.model_copy(update={"sessions": sessions, "patterns": []})


@pytest.mark.parametrize(("ms", "noticed"), [(92_000, 1), (91_999, 0), (110_000, 1), (110_001, 0)])
def test_a_pair_counts_as_flagged_within_eight_seconds_of_the_interval(ms: int, noticed: int):
    """Any issue up to 8 s before an occurrence begins or after it ends has noticed it."""
    scores = score(TRUTH, with_issues(bare(PERFECT), {"010": [an_issue(ms)]}))
    assert scores.figures["pair_recall"].hits == noticed
    assert scores.figures["pair_recall"].total == 39


def test_a_flag_on_a_decoy_is_counted_by_what_it_was_called():
    """Which harmless thing was called what; a flag that also lies on a fault is not held against it."""
    flags = {"036": [an_issue(221_000, "confusion")], "037": [an_issue(219_000, "blocking")]}
    decoy = score(TRUTH, with_issues(PERFECT, flags)).decoys[0]
    assert (decoy.id, decoy.flagged, decoy.sessions) == ("d_retry", 2, 40)
    assert decoy.kinds == {"confusion": 1, "blocking": 1}


def test_a_wrong_pattern_names_the_decoy_it_fell_for():
    """What a false pattern is made of is what one tunes by."""
    wolf = pattern_of("Wolf", "blocking", "high", [some_evidence("036", 221_000)])
    rows = score(TRUTH, with_patterns(PERFECT, [*PERFECT.patterns, wolf])).patterns
    row = next(row for row in rows if row.title == "Wolf")
    assert (row.status, row.decoys) == ("wrong", {"d_retry": 1})
    assert row.examples == ["recordings/036.json.gz @ 221.0 s"]


def refuted(session_id: str, ms: int, clip: str | None) -> RefutedFinding:
    return RefutedFinding(
        title="Gone",
        kind="blocking",
        session_id=session_id,
        event_ids=[f"e{ms}"],
        ms=ms,
        page="/",
        claim="Something",
        reason="The clip shows the page going on.",
        clip=clip,
    )


def test_validation_is_judged_by_what_it_removed_and_what_it_lost():
    """A refuted false flag counts before and not after; a refuted true one is a true issue lost."""
    report = PERFECT.model_copy(
        update={"refuted": [refuted("036", 1_000, "a.mp4"), refuted("034", 2_000, "b.mp4")]}
    )
    figures = score(TRUTH, report).figures
    assert figures["wrong_blocking_before"].hits == 2
    assert figures["wrong_blocking_after"].hits == 0
    assert figures["lost_by_validation"].value == 0.0
    lossy = bare(PERFECT).model_copy(update={"refuted": [refuted("010", 100_500, "a.mp4")]})
    assert score(TRUTH, lossy).figures["lost_by_validation"].value == 1.0


def test_what_the_rules_explained_away_without_a_clip_was_never_a_flag():
    """Before validation means before pixels: code's own second look is judged by the audit's figure."""
    report = PERFECT.model_copy(update={"refuted": [refuted("036", 1_000, None)]})
    assert score(TRUTH, report).figures["wrong_blocking_before"].hits == 0


def withheld(session_id: str, event_id: str) -> ClaimAudit:
    item = Withheld(
        session_id=session_id,
        claim="Pay did nothing",
        kind="blocking",
        event_ids=[event_id],
        reason="no signal",
        found_by="a-model",
    )
    return ClaimAudit(claims=50, withheld=1, unknown_event_ids=0, items=[item])


def test_a_withheld_claim_is_a_true_one_lost_where_nothing_else_reports_its_fault():
    """On an occurrence whose session-fault pair has no issue left; not where one survives."""
    traces = traces_of(TRUTH).get
    event_id = traces_of(TRUTH)["010"].rows[-1].event_id
    kept = PERFECT.model_copy(update={"claim_audit": withheld("010", event_id)})
    assert score(TRUTH, kept, traces=traces).withheld == []
    silent = bare(PERFECT).model_copy(update={"claim_audit": withheld("010", event_id)})
    scores = score(TRUTH, silent, traces=traces)
    assert [(item.file, item.fault) for item in scores.withheld] == [
        ("recordings/010.json.gz", "dead_pay")
    ]
    assert scores.value("withheld_true") == 1.0


def test_without_the_audit_withheld_claims_are_issues():
    """The floor "no claim audit": the same report, with what the checks had taken away."""
    report = PERFECT.model_copy(update={"refuted": [refuted("036", 1_000, None)]})
    scores = score(TRUTH, without_audit(report, None))
    assert scores.figures["wrong_blocking_after"].hits == 1


def test_a_claim_of_events_that_do_not_exist_is_no_true_claim():
    """What cites nothing shows nothing, so withholding it lost nothing."""
    report = bare(PERFECT).model_copy(update={"claim_audit": withheld("010", "nowhere")})
    assert score(TRUTH, report, traces=traces_of(TRUTH).get).withheld == []


def test_how_it_went_on_is_compared_where_the_fault_was_noticed():
    """Overcome or not, and whether a task given up is told as one."""
    figures = score(TRUTH, PERFECT).figures
    assert figures["overcame_agreement"].total == 11
    assert figures["abandoned_seen"].hits == 8


@pytest.mark.parametrize(
    ("reported", "expected"),
    [
        ("001.json.gz", "recordings/001.json.gz"),
        ("corpus/recordings/001.json.gz", "recordings/001.json.gz"),
        ("00000/recordings/001.json.gz", "recordings/001.json.gz"),
        ("recordings\\001.json.gz", "recordings/001.json.gz"),
        ("other/001.json.gz", None),
        ("a/same.json", "a/same.json"),
        ("same.json", None),
        ("", None),
    ],
)
def test_sessions_are_matched_by_the_end_of_their_path(reported: str, expected: str | None):
    """From whatever folder either side counts; where two would fit, none is guessed."""
    ends = PathEnds(["recordings/001.json.gz", "a/same.json", "b/same.json"])
    assert ends.match(reported) == expected


def test_sessions_that_cannot_be_scored_are_explained():
    """Missing, skipped and unlabelled sessions are listed with a reason; missed faults stay missed."""
    truth = truth_of([session_row(name, met("dead_pay", 1_000)) for name in "abcd"])
    report = report_of(
        [pattern_of("Elsewhere", "blocking", "high", [some_evidence("z", 5)])],
        [
            ReportSession(
                session_id="a", file="a.json.gz", status="summarized", issues=[an_issue(1_000)]
            ),
            ReportSession(session_id="b", file="b.json.gz", status="failed", reason="broken"),
            ReportSession(session_id="z", file="z.json.gz", status="summarized"),
        ],
    )
    unreadable = [UnreadableEntry(file="d.json.gz", reason="no JSON")]
    coverage = report.coverage.model_copy(update={"unreadable": unreadable})
    scores = score(truth, report.model_copy(update={"coverage": coverage}))
    assert [(item.file, item.reason) for item in scores.missing] == [
        ("recordings/b.json.gz", "failed: broken"),
        ("recordings/c.json.gz", "the report does not list it"),
        ("recordings/d.json.gz", "no JSON"),
    ]
    assert [item.file for item in scores.unlabelled] == ["z.json.gz"]
    assert scores.figures["pair_recall"].value == 1 / 4
    assert scores.figures["pattern_precision"].value is None


def test_a_report_that_counts_time_from_elsewhere_is_told():
    """Where the two disagree on when a session began, every time in it is off by as much."""
    truth = truth_of([{**session_row("a"), "start_ms": 1_000_000}])
    session = ReportSession(
        session_id="a", file="a.json.gz", status="summarized", start_ms=1_004_000
    )
    shifted = score(truth, report_of([], [session])).shifted
    assert [item.reason for item in shifted] == [
        "the report counts time from +4.0 s of the truth's start"
    ]


def test_a_session_is_matched_by_its_id_where_no_file_fits():
    """A report of an upload may know only the session's own id."""
    truth = truth_of([session_row("abc", met("dead_pay", 1_000))])
    session = ReportSession(
        session_id="abc", file="upload.json", status="summarized", issues=[an_issue(1_000)]
    )
    assert score(truth, report_of([], [session])).value("pair_recall") == 1.0
