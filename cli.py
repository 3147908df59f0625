"""The ``snags`` command. A command's module is imported when it runs: ``snags --help`` answers at once.

Exit codes: 0 done, 1 failed, 2 usage (arguments, settings, an unknown path or run), 3 done with gaps
(some sessions failed or could not be read), 130 cancelled.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

from commands.exit_codes import CANCELLED, FAILED, exit_code_of
from commands.version import version
from graph.errors import SnagsError

COMMANDS = {
    "summarize": "report what users got stuck on",
    "serve": "serve the chat page and the API on this machine",
    "ask": "ask about a finished report",
    "runs": "list the runs of this data folder, newest first",
    "doctor": "say what is set up on this machine; asks no network",
    "eval": "score Snags over corpora whose truth is known",
    "version": "print the version",
}
"""What each says of itself. All but ``eval`` are modules of ``commands``."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; errors of ours are one line, never a traceback."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if given[:1] == ["eval"]:
            return evaluate(given[1:])
        chosen = build_parser(*given[:1]).parse_args(given)
        return chosen.run(chosen)
    except SnagsError as error:
        say(f"snags: {error}")
        return exit_code_of(error)
    except KeyboardInterrupt:
        return CANCELLED
    except BrokenPipeError:
        # Whoever read our output (`| head`) has gone; the interpreter must not complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED


def build_parser(chosen: str = "") -> argparse.ArgumentParser:
    """The command line: every command by its name, and the arguments of the chosen one."""
    parser = argparse.ArgumentParser(
        prog="snags",
        description="Finds what users got stuck on in session recordings, and shows the evidence.",
        epilog="Exit codes: 0 done, 1 failed, 2 usage, 3 done with gaps, 130 cancelled.",
    )
    parser.add_argument("--version", action="version", version=f"snags {version()}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for name, words in COMMANDS.items():
        one = commands.add_parser(name, help=words, description=f"{words}.")
        if name == chosen:
            module = importlib.import_module(f"commands.{name}")
            module.add_arguments(one)
            one.set_defaults(run=module.run)
    return parser


def evaluate(arguments: Sequence[str]) -> int:
    """Score Snags; the arguments are those of ``evals.command``, which knows them."""
    from evals.command import main as score

    return score(arguments)


def say(text: str) -> None:
    """A message for a person, on standard error."""
    from terminal import say as say_there

    say_there(text)


if __name__ == "__main__":
    sys.exit(main())
