"""What a person sees while a run goes on."""

import io

import pytest
from rich.console import Console

from graph.stream.events import (
    PatternFirmed,
    PatternProvisional,
    ProgressUpdated,
    ReportFinal,
    ReportUsable,
    RunEvent,
    RunStarted,
    SessionFailed,
    SessionQueued,
    SessionSkipped,
    SessionSummarized,
)
from terminal import RunView, printable, shown

QUEUED = [SessionQueued(session_id=name, file=f"{name}.json") for name in ("a", "b", "c", "d")]
STUCK = PatternProvisional(
    pattern_id="p1",
    title="Pay does nothing",
    kind="blocking",
    severity="high",
    affected=1,
    eligible=2,
    seen=2,
)


def summarized(session: str, issues: int = 0) -> SessionSummarized:
    return SessionSummarized(
        session_id=session, file=f"{session}.json", outcome="", headline="", issues=issues
    )


def told(view: RunView, events: list[RunEvent]) -> list[str]:
    return [line for event in events if (line := view.apply(event))]


def drawn(view: RunView, width: int = 100) -> str:
    page = io.StringIO()
    Console(file=page, width=width).print(view)
    return page.getvalue()


def test_every_session_is_counted_once_however_it_ends() -> None:
    """Queued, summarized, skipped and failed sessions add up to what was asked for."""
    view = RunView()
    told(
        view, [*QUEUED, ProgressUpdated(requested=4, summarized=0, skipped=0, failed=0, patterns=0)]
    )
    told(
        view,
        [
            summarized("a", issues=2),
            summarized("b"),
            SessionSkipped(session_id="c", file="c.json", reason="no user activity"),
            SessionFailed(session_id="d", file="d.json", reason="cut off"),
        ],
    )
    assert view.ended == 4
    assert view.counts().startswith("4 of 4 sessions, 1 with issues, 1 skipped, 1 failed; ")


def test_a_reader_without_a_live_view_gets_a_line_for_what_matters_only() -> None:
    """A log shows the start, what was left out and why, each new pattern once, and the end."""
    view = RunView()
    lines = told(
        view,
        [
            RunStarted(run_id="run_1", source="demo", focus="why do people leave?"),
            *QUEUED,
            summarized("a"),
            SessionSkipped(session_id="b", file="b.json", reason="no user activity"),
            STUCK,
            STUCK.model_copy(update={"affected": 2}),
            PatternFirmed(
                pattern_id="p1",
                title="Pay does nothing",
                kind="blocking",
                severity="high",
                affected=2,
                eligible=3,
            ),
            ReportFinal(patterns=1, summarized=3, skipped=1, failed=0, elapsed_ms=4_200),
        ],
    )
    assert lines == [
        "Reading demo, asking: why do people leave?",
        "session skipped: b.json: no user activity",
        "pattern [high] Pay does nothing: 1 of 2 so far",
        "report final after 4.2 s",
    ]


def test_a_pattern_firms_up_in_place() -> None:
    """The live view shows one row per pattern: provisional counts give way to final ones."""
    view = RunView()
    told(view, [STUCK])
    assert "1 of 2 so far" in drawn(view)
    told(
        view,
        [
            PatternFirmed(
                pattern_id="p1",
                title="Pay does nothing",
                kind="blocking",
                severity="high",
                affected=2,
                eligible=3,
            )
        ],
    )
    assert drawn(view).count("Pay does nothing") == 1
    assert "2 of 3 sessions" in drawn(view)


def test_a_pattern_that_never_firmed_goes_when_the_report_is_usable() -> None:
    """What was provisional and did not hold, or was joined with another, is not left on the screen."""
    view = RunView()
    told(view, [STUCK, ReportUsable(patterns=0, elapsed_ms=900)])
    assert "Pay does nothing" not in drawn(view)


def test_the_worst_patterns_are_shown_and_the_others_counted() -> None:
    """A long list never pushes the strip off the screen, and severity orders it."""
    view = RunView()
    told(
        view,
        [STUCK.model_copy(update={"pattern_id": f"p{n}", "severity": "low"}) for n in range(12)],
    )
    told(
        view,
        [
            STUCK.model_copy(
                update={"pattern_id": "worst", "title": "Lost order", "severity": "critical"}
            )
        ],
    )
    page = drawn(view)
    assert page.index("Lost order") < page.index("Pay does nothing")
    assert "and 3 more" in page


def test_recorded_text_cannot_steer_the_terminal() -> None:
    """Escape sequences and direction overrides in recorded text are taken out before they are shown."""
    hostile = "\x1b]0;owned\x07Buy\x1b[2J \u202enow\x9b31m"
    assert printable(hostile) == "]0;ownedBuy[2J now31m"
    view = RunView()
    told(view, [STUCK.model_copy(update={"title": hostile})])
    assert "\x1b]" not in drawn(view)
    assert "\x9b" not in drawn(view)


def test_markup_in_recorded_text_is_text() -> None:
    """Square brackets in a title are shown as they are, not taken for a style."""
    view = RunView()
    told(view, [STUCK.model_copy(update={"title": "[bold red]Sale[/]"})])
    assert "[bold red]Sale[/]" in drawn(view)


def test_quiet_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """--quiet leaves standard error to errors."""
    with shown(RunView(), quiet=True) as tell:
        tell("anything")
    assert capsys.readouterr() == ("", "")


def test_without_a_terminal_lines_are_printed_as_they_come(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In a log or a pipe each line goes to standard error at once, cleaned."""
    with shown(RunView(), quiet=False) as tell:
        tell("session skipped: \x1b[2Jx.json")
        assert capsys.readouterr() == ("", "session skipped: [2Jx.json\n")
