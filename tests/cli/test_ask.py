"""`snags ask`: a question about a report, answered from it, without a network."""

import re
import shutil
from pathlib import Path

import pytest

from cli import main

DEMO = Path(__file__).parents[2] / "demo" / "recordings"


@pytest.fixture
def run_id(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """A finished report over some of the demo, and nothing left to read."""
    folder = tmp_path / "recordings"
    folder.mkdir()
    for number in range(1, 9):
        shutil.copy(DEMO / f"{number:03}.json.gz", folder)
    assert main(["summarize", str(folder), "--quiet", "--output", str(tmp_path / "r.md")]) == 0
    capsys.readouterr()
    main(["runs"])
    return capsys.readouterr().out.split()[0]


def test_the_newest_report_is_asked(run_id: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Unquoted words are one question; the answer goes to standard output, with session and time."""
    assert main(["ask", "what", "is", "the", "worst", "problem?"]) == 0
    said = capsys.readouterr()
    assert re.search(r"\d{3} at \d+:\d\d", said.out)
    assert said.err == ""


def test_links_into_the_page_are_left_out(run_id: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A terminal cannot follow them; their words stay."""
    main(["ask", run_id, "open pattern 1"])
    assert "](#/" not in capsys.readouterr().out


def test_a_named_report_is_asked(run_id: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The run id before the question says which report is meant."""
    assert main(["ask", run_id, "how many sessions are there?"]) == 0
    assert "8" in capsys.readouterr().out


def test_an_unknown_report_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    """It is said at once, in one line, instead of being talked about."""
    assert main(["ask", "run_" + "0" * 20, "what is the worst problem?"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("snags: No run 'run_00000000000000000000'")


def test_without_any_report_one_is_made_first(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing to ask about yet: the bundled demo is reported on, and standard error says so."""
    assert main(["ask", "what is the worst problem?"]) == 0
    said = capsys.readouterr()
    assert said.err == "Making a report first ...\n"
    assert re.search(r"\d{3} at \d+:\d\d", said.out)


def test_what_the_report_does_not_say_is_refused(
    run_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A question it cannot answer is met with three that it can."""
    assert main(["ask", "what is the weather in Oban?"]) == 0
    assert capsys.readouterr().out.count("\n- ") == 3
