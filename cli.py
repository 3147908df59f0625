"""The ``snags`` command. What a command needs is imported when it runs: ``snags --help`` answers at once.

Exit codes: 0 done, 1 failed, 2 usage (arguments, settings, an unknown path or run), 3 done with gaps
(some sessions failed or could not be read), 130 cancelled.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import errno
import importlib.metadata
import json
import os
import re
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from graph.browser import find_browser
from graph.errors import RecordingNotFound, RequestError, RunCancelled, SettingsError, SnagsError

if TYPE_CHECKING:
    from graph.engine import RunEngine
    from graph.reports.report import Report
    from graph.runs.run import Run, RunRequest
    from graph.sessions.summary import SessionSummary
    from graph.settings import Settings
    from terminal import RunView

DONE, FAILED, USAGE, DONE_WITH_GAPS, CANCELLED = 0, 1, 2, 3, 130
CANARIES = 5
"""Known sessions of each sort that are mixed in: enough to notice a blind run, few enough to be cheap."""
CANARY_SEED = 0
FORMATS = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".json": "json",
    ".html": "html",
    ".htm": "html",
}
ROOT = Path(__file__).parent
RUN_ID = re.compile(r"run_[0-9a-f]{20}")
PORTS_TO_TRY = 20


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; errors of ours are one line, never a traceback."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if given[:1] == ["eval"]:
            return evaluate(given[1:])
        chosen = build_parser().parse_args(given)
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


def exit_code_of(error: SnagsError) -> int:
    """2 where the person can correct what they typed, 130 for a cancelled run, else 1."""
    if isinstance(error, RunCancelled):
        return CANCELLED
    return USAGE if isinstance(error, RequestError | SettingsError | RecordingNotFound) else FAILED


def say(text: str) -> None:
    """A message for a person, on standard error."""
    from terminal import say as say_there

    say_there(text)


def settings_of_environment(*, host: str | None = None, port: int | None = None) -> Settings:
    """The settings; what was given on the command line wins over the environment."""
    from graph.settings import Settings

    return Settings.from_env(host=host, port=port)


# The command line ------------------------------------------------------------------------------------


class Command(NamedTuple):
    """One subcommand: what it says of itself, its arguments, and what it does."""

    help: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def build_parser() -> argparse.ArgumentParser:
    """The whole command line."""
    parser = argparse.ArgumentParser(
        prog="snags",
        description="Finds what users got stuck on in session recordings, and shows the evidence.",
        epilog="Exit codes: 0 done, 1 failed, 2 usage, 3 done with gaps, 130 cancelled.",
    )
    parser.add_argument("--version", action="version", version=f"snags {version()}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        one = commands.add_parser(name, help=command.help, description=f"{command.help}.")
        command.add_arguments(one)
        one.set_defaults(run=command.run)
    return parser


def _summarize_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "paths",
        nargs="*",
        metavar="PATH",
        help="recordings: files, or folders searched to any depth",
    )
    add("--demo", action="store_true", help="the bundled demo recordings")
    add("--focus", default="", metavar="TEXT", help="a question the report answers first")
    add(
        "--format",
        choices=sorted(set(FORMATS.values())),
        help="default: by the file's suffix, else markdown",
    )
    add(
        "--output",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="may be given several times",
    )
    add(
        "--canaries",
        type=Path,
        metavar="CORPUS",
        help="mix in sessions whose truth is known (a folder with truth.json) and say how they were told",
    )
    add("--limit", type=_positive, metavar="N", help="look at no more than N sessions")
    add("--quiet", action="store_true", help="no progress, only the report")


def _serve_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--host", help="address to listen on (default: loopback; there is no login)"
    )
    parser.add_argument("--port", type=int, help="where it is in use, the next free one is taken")


def _ask_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "words",
        nargs="+",
        metavar="[RUN] QUESTION",
        help="default run: the newest one with a report",
    )


def _no_arguments(parser: argparse.ArgumentParser) -> None:
    """For commands that take none."""


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def version() -> str:
    """The installed version."""
    return importlib.metadata.version("snags")


def show_version(_: argparse.Namespace) -> int:
    print(f"snags {version()}")
    return DONE


def evaluate(arguments: Sequence[str]) -> int:
    """Score Snags; the arguments are those of ``evals.command``, which knows them."""
    from evals.command import main as score

    return score(arguments)


# snags summarize -------------------------------------------------------------------------------------


def summarize(chosen: argparse.Namespace) -> int:
    """Make one report: progress on standard error, the report in files or on standard output."""
    from graph.runs.run import Limits, RunRequest, SourceSpec

    if chosen.demo == bool(chosen.paths):
        raise SettingsError(
            "Name files or folders of recordings, or give --demo for the bundled ones (not both)."
        )
    _check_writable(chosen.output)
    paths = tuple(str(Path(path).expanduser().absolute()) for path in chosen.paths)
    limits = Limits(max_sessions=chosen.limit) if chosen.limit else Limits()
    request = RunRequest(
        source=SourceSpec(paths=paths, demo=chosen.demo), focus=chosen.focus, limits=limits
    )
    if chosen.canaries is None:
        return asyncio.run(_summarize(request, chosen))
    with tempfile.TemporaryDirectory(prefix="snags-") as folder:
        return asyncio.run(_summarize_with_canaries(request, chosen, Path(folder)))


async def _summarize_with_canaries(
    request: RunRequest, chosen: argparse.Namespace, folder: Path
) -> int:
    """One report with known sessions among the others: analysed alike, counted nowhere."""
    from evals.canaries import choose_canaries, grade_canaries, stage_canaries
    from evals.scoring.truth import read_truth
    from terminal import RunView, shown

    canaries = choose_canaries(
        read_truth(chosen.canaries), planted=CANARIES, clean=CANARIES, seed=CANARY_SEED
    )
    stage_canaries(chosen.canaries, canaries, folder)
    own = request.source.paths or (str(settings_of_environment().demo_recordings),)
    mixed = request.model_copy(
        update={
            "source": request.source.model_copy(
                update={"paths": (*own, str(folder)), "demo": False}
            ),
            "held_out": tuple(one.staged_as for one in canaries),
        }
    )
    view = RunView()
    with shown(view, quiet=chosen.quiet) as tell:
        run, report, known = await _make_report(mixed, view, tell)
    if report is not None:
        words = grade_canaries(known, canaries).words
        report = report.model_copy(update={"canaries": words})
        say(f"Canaries: {words}")
    return _finish(run, report, view, chosen)


def _check_writable(outputs: Sequence[Path]) -> None:
    """Find out before the work, not after it, that a report cannot be written."""
    for output in outputs:
        path = output.expanduser().absolute()
        if path.is_dir() or not _can_write(path.parent):
            raise SettingsError(
                f"--output {str(output)!r} is a folder, or lies in one that cannot be written. "
                "Name another file."
            )


async def _summarize(request: RunRequest, chosen: argparse.Namespace) -> int:
    from terminal import RunView, shown

    view = RunView()
    with shown(view, quiet=chosen.quiet) as tell:
        run, report, _ = await _make_report(request, view, tell)
    return _finish(run, report, view, chosen)


async def _make_report(
    request: RunRequest, view: RunView, tell: Callable[[str], None]
) -> tuple[Run, Report | None, list[SessionSummary]]:
    """Do the run, telling what happens: its report, if it made one, and what it said of held-out sessions."""
    from graph.engine import open_engine
    from graph.runs.run import RunStatus
    from graph.stream.events import RUN_EVENT

    async with open_engine(settings_of_environment()) as engine:
        run = await engine.start(request)
        _cancel_on_interrupt(engine, run)
        async for entry in engine.follow(run.run_id):
            tell(view.apply(RUN_EVENT.validate_json(entry.data)))
        run = await engine.wait(run.run_id)
        made = run.status in (RunStatus.DONE, RunStatus.DONE_WITH_GAPS)
        held_out = await engine.held_out(run.run_id) if made else []
        return run, await engine.report(run.run_id) if made else None, held_out


def _cancel_on_interrupt(engine: RunEngine, run: Run) -> None:
    """The first Ctrl-C cancels the run and lets it end cleanly; a second one ends this process."""
    loop = asyncio.get_running_loop()
    tasks: list[asyncio.Task[Run]] = []

    def cancel() -> None:
        loop.remove_signal_handler(signal.SIGINT)
        tasks.append(loop.create_task(engine.cancel(run.run_id)))

    loop.add_signal_handler(signal.SIGINT, cancel)


def _finish(run: Run, report: Report | None, view: RunView, chosen: argparse.Namespace) -> int:
    """Write the report; where there is none, say why and what to do."""
    from graph.runs.run import RunStatus

    if report is None:
        if run.status is not RunStatus.CANCELLED:
            say(f"snags: {run.message or run.error}")
            return FAILED
        say(
            f"snags: cancelled after {view.ended} of {view.requested} sessions, so there is no report."
        )
        say("To go on, give the same command again; with --limit N it looks at fewer sessions.")
        return CANCELLED
    written = _write(report, chosen)
    if not chosen.quiet:
        for path in written:
            say(f"Report: {path}")
        command = _as_typed()
        say(f"Ask: {command} ask {run.run_id} 'what is the worst problem?'  Or: {command} serve")
    return DONE_WITH_GAPS if run.status is RunStatus.DONE_WITH_GAPS else DONE


def _as_typed() -> str:
    """How this command is called from here: by its name, or by its path in a checkout."""
    return "snags" if shutil.which("snags") else os.path.relpath(sys.argv[0])


def _write(report: Report, chosen: argparse.Namespace) -> list[Path]:
    """Put the report in every file asked for, else on standard output; returns the files."""
    from graph.reports.render import to_html, to_json, to_markdown
    from terminal import printable

    forms = {"markdown": to_markdown, "json": to_json, "html": to_html}
    if not chosen.output:
        text = forms[chosen.format or "markdown"](report)
        print(printable(text) if sys.stdout.isatty() else text)
    written: list[Path] = []
    for output in chosen.output:
        path = output.expanduser().absolute()
        path.parent.mkdir(parents=True, exist_ok=True)
        form = chosen.format or FORMATS.get(path.suffix.lower(), "markdown")
        part = path.with_name(f".{path.name}.part")
        part.write_text(forms[form](report), encoding="utf-8")
        part.replace(path)
        written.append(path)
    return written


# snags serve -----------------------------------------------------------------------------------------


def serve(chosen: argparse.Namespace) -> int:
    """Serve the chat page and the API until interrupted."""
    from server import serve as serve_http

    settings = settings_of_environment(host=chosen.host, port=chosen.port)
    listener = listen(settings.host, settings.port)
    host, port = listener.getsockname()[:2]
    if settings.port not in (0, port):
        say(f"Port {settings.port} is in use; taking {port}.")
    if not host.startswith("127.") and host != "::1":
        say(f"There is no login: whoever reaches {host} can read every report.")
    say(f"Snags: http://{f'[{host}]' if ':' in host else host}:{port}  (Ctrl-C ends it)")
    if settings.log_level == "info" and sys.stderr.isatty():
        settings = settings.model_copy(update={"log_level": "warning"})  # for a person, not a log
    with contextlib.suppress(KeyboardInterrupt):
        serve_http(settings, listener)
    return DONE


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to the port, or to the next free one (0: any).

    Raises:
        SettingsError: the address is not this machine's, or twenty ports in a row are in use.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in range(port, min(port + PORTS_TO_TRY, 65_536)):
        listener = socket.socket(family)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, candidate))
            return listener
        except OSError as error:
            listener.close()
            if error.errno != errno.EADDRINUSE:
                raise SettingsError(
                    f"Cannot listen on {host}:{candidate}: {error}. Choose another --host or --port."
                ) from error
    raise SettingsError(f"Port {port} and those after it are in use. Choose another with --port.")


# snags ask, runs, doctor -----------------------------------------------------------------------------


def ask(chosen: argparse.Namespace) -> int:
    """One question about a report; the answer streams to standard output."""
    words = list(chosen.words)
    run_id = words.pop(0) if len(words) > 1 and RUN_ID.fullmatch(words[0]) else ""
    return asyncio.run(_ask(run_id, " ".join(words)))


async def _ask(run_id: str, question: str) -> int:
    from ag_ui.core import RunAgentInput, UserMessage

    from agent.service import open_chat
    from graph.engine import open_engine
    from graph.ids import new_thread_id
    from terminal import Answer

    asked = RunAgentInput(
        thread_id=new_thread_id(),
        run_id="question",
        messages=[UserMessage(id="question", content=question)],
        tools=[],
        context=[],
        state={"report": run_id} if run_id else {},
    )
    settings = settings_of_environment()
    async with open_engine(settings) as engine, open_chat(settings, engine) as chat:
        if run_id:
            await engine.report(run_id)  # an unknown one is said at once, not talked about
        turn, answer = await chat.post(asked), Answer()
        async for entry in chat.follow(turn.thread_id, after=turn.after, turn=turn.only):
            event = json.loads(entry.data)
            if entry.type == "TEXT_MESSAGE_CONTENT":
                answer.add(event["delta"])
            elif entry.type == "TEXT_MESSAGE_END":
                answer.end()
            elif event.get("toolCallName") == "summarize_sessions":
                say("Making a report first ...")
            elif entry.type == "RUN_ERROR":
                say(f"snags: {event['message']}")
                return FAILED
    return DONE


def list_runs(_: argparse.Namespace) -> int:
    """One line per run: id, when, status, source."""
    return asyncio.run(_list_runs())


async def _list_runs() -> int:
    from graph.engine import open_engine
    from terminal import printable

    async with open_engine(settings_of_environment()) as engine:
        runs = await engine.runs()
    for run in runs:
        source = "demo" if run.request.source.demo else ", ".join(run.request.source.paths)
        print(printable(f"{run.run_id}  {run.created_at[:19]}  {run.status.value:<14}  {source}"))
    if not runs:
        say("No runs yet. Make one: snags summarize PATH  (or --demo)")
    return DONE


def doctor(_: argparse.Namespace) -> int:
    """Say what is set up. Only a data folder that cannot be written makes it fail."""
    settings = settings_of_environment()
    demo = sum(path.is_file() for path in settings.demo_recordings.rglob("*"))
    modules = sum(path.suffix == ".js" for path in (ROOT / "web" / "vendor").rglob("*"))
    browser = find_browser()
    writable = _can_write(settings.data_dir)
    how = "can be written" if writable else "cannot be written: set SNAGS_DATA_DIR"
    checks = [
        (True, "Python", sys.version.split()[0]),
        (writable, "data folder", f"{settings.data_dir} {how}"),
        (demo > 0, "demo", f"{demo} files in {settings.demo_recordings}"),
        (modules > 0, "page", f"{modules} modules" if modules else "modules missing: make setup"),
        (bool(browser), "browser", str(browser or "none: make browser (reports need none)")),
        (True, "models", "none is called, whatever keys are set: reports by rules, chat by routes"),
    ]
    for good, name, fact in checks:
        print(f"{'ok' if good else '--'}  {name:<12}{fact}")
    return DONE if writable else FAILED


def _can_write(folder: Path) -> bool:
    """True where the folder, or the nearest one above it that exists, lets us write."""
    nearest = next(place for place in (folder, *folder.parents) if place.exists())
    return nearest.is_dir() and os.access(nearest, os.W_OK)


COMMANDS = {
    "summarize": Command("report what users got stuck on", _summarize_arguments, summarize),
    "serve": Command("serve the chat page and the API on this machine", _serve_arguments, serve),
    "ask": Command("ask about a finished report", _ask_arguments, ask),
    "runs": Command("list the runs of this data folder, newest first", _no_arguments, list_runs),
    "doctor": Command("say what is set up on this machine; asks no network", _no_arguments, doctor),
    "eval": Command("score Snags over corpora whose truth is known", _no_arguments, show_version),
    "version": Command("print the version", _no_arguments, show_version),
}


if __name__ == "__main__":
    sys.exit(main())
