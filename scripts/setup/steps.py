"""What every set-up step shares: one line with its time, a log, a stamp, and a remedy when it fails.

Runs under the machine's own Python before anything is installed, so it needs the standard library only.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STATE = ROOT / "build" / "setup"
"""Logs, locks and the browser's state; ``make clean`` removes it."""


class SetupFailed(Exception):
    """A step could not be done; the message ends with what to do."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem}\n  {remedy}")
        self.problem = problem
        self.remedy = remedy


@contextmanager
def step(what: str) -> Generator[None]:
    """Say what is being done, then how long it took."""
    started = time.monotonic()
    print(f"set-up  {what} ... ", end="", flush=True)
    try:
        yield
    except BaseException:
        print("failed", flush=True)
        raise
    print(f"{time.monotonic() - started:.1f} s", flush=True)


def run_logged(
    command: Sequence[str],
    log: Path,
    *,
    env: Mapping[str, str] | None = None,
    timeout_seconds: float | None = None,
) -> tuple[int, str]:
    """Run a command with its output appended to a log; returns its exit code and last lines."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a+", encoding="utf-8", errors="replace") as out:
        out.write(f"$ {' '.join(command)}\n")
        out.flush()
        start = out.tell()
        try:
            done = subprocess.run(
                command,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=env,
                timeout=timeout_seconds,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            out.write(f"{error}\n")
            return 127, str(error)
        out.seek(start)
        return done.returncode, "\n".join(out.read().strip().splitlines()[-12:])


def digest_of_files(*names: str, also: str = "") -> str:
    """One digest over the bytes of some of the project's files."""
    hasher = hashlib.sha256(also.encode())
    for name in names:
        hasher.update((ROOT / name).read_bytes())
    return hasher.hexdigest()


def main(do: Callable[[list[str]], int]) -> None:
    """Run a step as a program: problems are one message, never a traceback."""
    try:
        sys.exit(do(sys.argv[1:]))
    except SetupFailed as failed:
        print(f"snags: {failed}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print(
            "\nsnags: set-up was interrupted; the same command goes on where it stopped.",
            file=sys.stderr,
        )
        sys.exit(130)
