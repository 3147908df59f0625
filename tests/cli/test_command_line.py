"""The command line itself: start-up, usage, exit codes, ports."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from cli import COMMANDS, main
from commands.exit_codes import exit_code_of
from commands.serve import listen
from graph.errors import (
    RecordingNotFound,
    RunCancelled,
    SettingsError,
    SnagsError,
    StoreError,
    TooManyFailures,
    UnknownRun,
)

ROOT = Path(__file__).parents[2]
MODULES_OF = "import sys, cli; {}; print(*sorted(name for name in sys.modules if '.' not in name))"


def modules_after(statement: str) -> set[str]:
    """Top-level modules that are loaded once a statement has run in a fresh interpreter."""
    done = subprocess.run(
        [sys.executable, "-c", MODULES_OF.format(statement)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("statement", ["cli.build_parser().format_help()", "cli.main(['version'])"])
def test_help_and_version_load_nothing_heavy(statement: str) -> None:
    """They answer at once, because LangGraph, the server and the terminal's library stay unloaded."""
    assert not modules_after(statement) & {
        "langgraph",
        "langchain_core",
        "pydantic",
        "starlette",
        "uvicorn",
        "rich",
    }


@pytest.mark.parametrize(
    "arguments", [["--help"], ["version"], ["--version"], ["summarize", "--help"]]
)
def test_the_installed_command_answers(arguments: list[str]) -> None:
    """The console script starts and ends well."""
    command = Path(sys.executable).with_name("snags")
    done = subprocess.run([command, *arguments], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "snags" in done.stdout


def test_help_lists_every_command_and_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    """A person finds out from --help alone what there is and what a script can rely on."""
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    text = capsys.readouterr().out
    assert ended.value.code == 0
    assert set(COMMANDS) <= set(text.split())
    assert "3 done with gaps" in text


@pytest.mark.parametrize(
    "arguments",
    [[], ["unknown"], ["summarize", "--limit", "0", "x"], ["summarize", "--format", "pdf", "x"]],
)
def test_wrong_arguments_are_usage_errors(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, and the message names the argument."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: snags" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["summarize"], ["summarize", "--demo", "somewhere"]])
def test_summarize_wants_one_source(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither nothing nor both the demo and a path: one line that says what to give."""
    assert main(arguments) == 2
    assert capsys.readouterr().err.startswith(
        "snags: Name files or folders of recordings, or give --posthog"
    )


def test_an_output_that_cannot_be_written_is_found_before_the_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder given as --output ends the command at once."""
    assert main(["summarize", "--demo", "--output", str(tmp_path)]) == 2
    assert f"--output {str(tmp_path)!r} is a folder" in capsys.readouterr().err


def test_a_wrong_setting_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A misspelt variable is named together with the right one, without a traceback."""
    monkeypatch.setenv("SNAGS_DATA_DIRR", "x")
    assert main(["doctor"]) == 2
    error = capsys.readouterr().err
    assert error.startswith(
        "snags: 'SNAGS_DATA_DIRR' is not a setting; the nearest one is 'SNAGS_DATA_DIR'"
    )
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UnknownRun("x"), 2),
        (SettingsError("x"), 2),
        (RecordingNotFound("x"), 2),
        (RunCancelled("x"), 130),
        (TooManyFailures(1, 9, 0.5, "x"), 1),
        (StoreError("x"), 1),
    ],
)
def test_exit_codes_by_family(error: SnagsError, code: int) -> None:
    """2 where the person can correct it, 130 for cancelled, 1 for the rest."""
    assert exit_code_of(error) == code


def test_the_next_free_port_is_taken() -> None:
    """A port in use is no reason to fail."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with listen("127.0.0.1", port) as found:
            assert port < found.getsockname()[1] < port + 20


def test_an_address_of_another_machine_is_a_setting_error() -> None:
    """Listening there cannot work; the message names the address and the options."""
    with pytest.raises(SettingsError, match=r"Cannot listen on 192\.0\.2\.1:8787.*--host"):
        listen("192.0.2.1", 8787)


def test_doctor_says_what_is_set_up(capsys: pytest.CaptureFixture[str], data_dir: Path) -> None:
    """One line per part, the data folder among them, and exit code 0 on a machine that can report."""
    assert main(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line[4:20].strip() for line in lines] == [
        "Python",
        "data folder",
        "demo",
        "page",
        "browser",
        *(f"model {role}" for role in ("fast", "reasoning", "video", "chat", "embed")),
    ]
    assert str(data_dir) in lines[1]
