"""Set-up finds what a machine has, and says what to install where something is missing."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from graph.browser import find_browser
from scripts.setup.steps import SetupFailed, digest_of_files, run_logged, step

ROOT = Path(__file__).parents[2]
FIND_PYTHON = ["/bin/sh", "scripts/setup/find_python.sh"]


def program(folder: Path, name: str, body: str = "exit 0") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def find_python(path: str, **environment: str) -> subprocess.CompletedProcess[str]:
    variables = {"PATH": path, "HOME": "/nonexistent", **environment}
    return subprocess.run(
        FIND_PYTHON, cwd=ROOT, env=variables, capture_output=True, text=True, check=False
    )


def test_a_usable_python_is_found(tmp_path: Path) -> None:
    """The first interpreter that is new enough and has venv is printed as a path."""
    (tmp_path / "python3").symlink_to(sys.executable)
    done = find_python(str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    assert Path(done.stdout.strip()).is_file()


def test_a_python_can_be_chosen_by_hand() -> None:
    """PYTHON=/path wins over what is on the path."""
    assert find_python("", PYTHON=sys.executable).stdout.strip() == sys.executable


def test_no_python_is_said_with_the_remedy() -> None:
    """A machine without Python is told what to install, on Debian and on macOS."""
    done = find_python("")
    assert done.returncode == 1
    assert "apt-get install python3 python3-venv" in done.stderr
    assert "brew install python" in done.stderr


def test_a_python_that_is_too_old_is_named(tmp_path: Path) -> None:
    """Which one was found, and its version, stand in the message."""
    program(tmp_path, "python3", 'case "$2" in *print*) echo 3.9;; *) exit 1;; esac')
    done = find_python(str(tmp_path))
    assert done.returncode == 1
    assert "Found: python3 is Python 3.9;" in done.stderr


def test_a_broken_python_is_passed_over(tmp_path: Path) -> None:
    """A version manager's stub that cannot start is no reason to stop."""
    program(tmp_path, "python3", "echo 'command not found' >&2; exit 127")
    (tmp_path / "python3.13").symlink_to(sys.executable)
    assert find_python(str(tmp_path)).returncode == 0


def test_the_headless_shell_is_preferred(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of several browsers the smallest is taken."""
    monkeypatch.setenv("PATH", str(tmp_path))
    program(tmp_path, "google-chrome")
    assert find_browser(home=tmp_path) == tmp_path / "google-chrome"
    program(tmp_path, "chromium-headless-shell")
    assert find_browser(home=tmp_path) == tmp_path / "chromium-headless-shell"


@pytest.mark.skipif(
    sys.platform == "darwin", reason="There an installed Chrome comes before Playwright's own."
)
def test_playwrights_newest_build_is_the_last_resort(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Build numbers are compared as numbers, and the binary's name differs between builds."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_browser(home=tmp_path) is None
    cache = tmp_path / ".cache" / "ms-playwright"
    program(cache, "chromium_headless_shell-999/chrome-linux/headless_shell")
    newest = program(
        cache, "chromium_headless_shell-1200/chrome-headless-shell-linux64/chrome-headless-shell"
    )
    assert find_browser(home=tmp_path) == newest


def test_a_browser_that_is_found_draws_a_page(browser_path: Path) -> None:
    """What find_browser names is a real browser that starts here."""
    page = "data:text/html,<p>ready</p>"
    command = [str(browser_path), "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", page]
    done = subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)
    assert "<p>ready</p>" in done.stdout


def test_a_step_says_what_it_does_and_how_long_it_took(capsys: pytest.CaptureFixture[str]) -> None:
    """One line per step; a failed one says so and passes its error on."""
    with step("brewing"):
        pass
    with pytest.raises(SetupFailed, match="no water"), step("brewing"):
        raise SetupFailed("no water", "Open the tap.")
    lines = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"set-up  brewing \.\.\. \d+\.\d s", lines[0])
    assert lines[1] == "set-up  brewing ... failed"


def test_a_command_is_logged_and_its_end_is_at_hand(tmp_path: Path) -> None:
    """The whole output goes to the log; the caller gets the last lines for its message."""
    log = tmp_path / "log" / "step.log"
    assert run_logged(["sh", "-c", "seq 20; exit 3"], log) == (
        3,
        "\n".join(str(n) for n in range(9, 21)),
    )
    assert log.read_text().startswith("$ sh -c seq 20; exit 3\n1\n2\n")


def test_a_command_that_is_missing_or_hangs_is_a_failed_command(tmp_path: Path) -> None:
    """Neither raises: set-up tries the next way."""
    log = tmp_path / "step.log"
    assert run_logged(["no-such-program-here"], log)[0] == 127
    assert run_logged(["sleep", "20"], log, timeout_seconds=0.2)[0] == 127


def test_a_stamp_changes_with_the_files_it_stands_for() -> None:
    """The same files give the same digest; another Python or another file gives another."""
    assert digest_of_files("uv.lock") == digest_of_files("uv.lock")
    assert (
        len(
            {
                digest_of_files("uv.lock"),
                digest_of_files("uv.lock", also="3.13"),
                digest_of_files("Makefile"),
            }
        )
        == 3
    )


def test_make_help_names_every_target_a_person_calls() -> None:
    """`make` alone lists what there is."""
    listed = subprocess.run(
        ["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for target in ("run", "demo", "test", "test-313", "lint", "format", "browser", "clean"):
        assert re.search(rf"\b{target}\b", listed), target


def test_ci_runs_the_command_a_person_runs() -> None:
    """Nothing is checked in CI that `make test` does not check."""
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert "make test" in script.read_text(encoding="utf-8")
