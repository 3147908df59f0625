"""`snags summarize`, whole: real recordings in, a report out, and an exit code."""

import gzip
import json
import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli import main
from graph.reports.report import Report

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "demo" / "recordings"
SNAGS = str(Path(sys.executable).with_name("snags"))


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    """Three recordings of the demo, in a folder of their own."""
    folder = tmp_path / "recordings"
    folder.mkdir()
    for name in ("001.json.gz", "002.json.gz", "003.json.gz"):
        shutil.copy(DEMO / name, folder)
    return folder


def many(folder: Path, number: int) -> Path:
    """Copies of one recording that differ, so that each counts as a session of its own."""
    events = json.loads(gzip.decompress((DEMO / "001.json.gz").read_bytes()))
    for index in range(number):
        moved = [
            {**event, "timestamp": event["timestamp"] + index * 86_400_000} for event in events
        ]
        (folder / f"copy{index:04}.json").write_text(json.dumps(moved), encoding="utf-8")
    return folder


def test_a_report_is_written_in_every_form_asked_for(
    recordings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The suffix decides the form; the files are named on standard error, and standard output is empty."""
    outputs = [tmp_path / "out" / name for name in ("report.json", "report.md", "report.html")]
    options = [text for path in outputs for text in ("--output", str(path))]
    assert main(["summarize", str(recordings), *options]) == 0
    said = capsys.readouterr()
    report = Report.model_validate_json(outputs[0].read_bytes())
    assert {session.file for session in report.sessions} == {
        "001.json.gz",
        "002.json.gz",
        "003.json.gz",
    }
    assert outputs[1].read_text().startswith("# ")
    assert outputs[2].read_text().lower().lstrip().startswith("<!doctype html>")
    assert said.out == ""
    assert all(f"Report: {path}\n" in said.err for path in outputs)


def test_without_a_file_the_report_goes_to_standard_output(
    recordings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a pipe gets is the report and nothing else; --quiet leaves standard error empty."""
    assert main(["summarize", str(recordings), "--format", "json", "--quiet", "--limit", "2"]) == 0
    said = capsys.readouterr()
    assert Report.model_validate_json(said.out).coverage.summarized == 2
    assert said.err == ""


def test_the_focus_reaches_the_report(recordings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The person's own question is kept, word for word."""
    question = "Why do people stop at the seats?"
    arguments = ["summarize", str(recordings), "--focus", question, "--format", "json", "--quiet"]
    assert main(arguments) == 0
    assert Report.model_validate_json(capsys.readouterr().out).focus == question


def test_unreadable_files_are_gaps(recordings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The others are reported on, the file is named with its reason, and the exit code is 3."""
    (recordings / "broken.json").write_text('[{"type": 4, "timestamp": ', encoding="utf-8")
    assert main(["summarize", str(recordings), "--format", "json"]) == 3
    said = capsys.readouterr()
    assert Report.model_validate_json(said.out).coverage.summarized == 3
    assert "session skipped: broken.json: Cannot read 'broken.json'" in said.err


@pytest.mark.parametrize("named", ["missing", "empty"])
def test_a_source_without_recordings_is_one_line(
    named: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A path that is not there, and a folder with nothing in it: exit code 2, what and what to do."""
    folder = tmp_path / named
    if named == "empty":
        folder.mkdir()
    assert main(["summarize", str(folder)]) == 2
    error = capsys.readouterr().err
    assert error.startswith("snags: ")
    assert named in error
    assert error.count("\n") == 1


def test_runs_are_listed_newest_first(recordings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each run has one line with its id, time, status and source."""
    assert main(["runs"]) == 0
    assert capsys.readouterr().err.startswith("No runs yet.")
    for limit in ("1", "2"):
        main(["summarize", str(recordings), "--quiet", "--limit", limit])
    capsys.readouterr()
    assert main(["runs"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert all(line.startswith("run_") and line.endswith(str(recordings)) for line in lines)
    assert lines[0].split()[1] >= lines[1].split()[1]


def test_interrupting_cancels_the_run_and_says_how_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C ends the run cleanly: exit code 130, no traceback, and the store says cancelled."""
    monkeypatch.setenv("SNAGS_CONCURRENCY", "1")
    folder = tmp_path / "many"
    folder.mkdir()
    command = [SNAGS, "summarize", str(many(folder, 150)), "--output", str(tmp_path / "report.md")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        first = running.stderr.readline()
        running.send_signal(signal.SIGINT)
        rest = running.stderr.read()
    assert first.startswith("Reading ")
    assert (running.returncode, "Traceback" in rest) == (130, False), rest
    assert "snags: cancelled after " in rest
    assert "give the same command again" in rest
    listed = subprocess.run([SNAGS, "runs"], capture_output=True, text=True, check=True)
    assert "  cancelled  " in listed.stdout
    assert not (tmp_path / "report.md").exists()


def test_a_reader_that_goes_away_is_no_error(recordings: Path) -> None:
    """`snags ... | head -1` prints one line and no complaint."""
    command = f"'{SNAGS}' summarize '{recordings}' --quiet | head -1"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert done.stdout.startswith("# ")
    assert done.stderr == ""


def test_a_terminal_gets_the_live_view(recordings: Path, tmp_path: Path) -> None:
    """On a terminal the strip, the counts and the patterns are drawn in place."""
    leader, follower = pty.openpty()
    command = [SNAGS, "summarize", str(recordings), "--output", str(tmp_path / "report.md")]
    with subprocess.Popen(command, stderr=follower, stdin=follower) as running:
        os.close(follower)
        screen = read_terminal(leader, running)
    assert running.returncode == 0
    assert screen.count("■") >= 3
    assert "3 of 3 sessions" in screen
    assert "\x1b[1A" in screen or "\x1b[2K" in screen


def read_terminal(leader: int, running: subprocess.Popen[bytes]) -> str:
    """Everything a program draws until it ends."""
    drawn = b""
    until = time.monotonic() + 45
    while time.monotonic() < until:
        ready, _, _ = select.select([leader], [], [], 0.2)
        if ready:
            try:
                drawn += os.read(leader, 65_536)
            except OSError:
                break
        elif running.poll() is not None:
            break
    os.close(leader)
    return drawn.decode(errors="replace")
