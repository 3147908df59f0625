"""``snags summarize``: make one report."""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from commands.environment import can_write, settings_of_environment
from commands.exit_codes import CANCELLED, DONE, DONE_WITH_GAPS, FAILED
from evals.canaries import choose_canaries, grade_canaries, stage_canaries
from evals.scoring.truth import read_truth
from graph.engine import RunEngine, open_engine
from graph.errors import SettingsError
from graph.reports.render import to_html, to_json, to_markdown
from graph.reports.report import Report
from graph.runs.run import Limits, Run, RunRequest, RunStatus, SourceSpec
from graph.sessions.summary import SessionSummary
from graph.sources.clickstream import read_column_map
from graph.sources.posthog.words import filter_of_words
from graph.stream.events import RUN_EVENT
from terminal import RunView, printable, say, shown

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


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "paths",
        nargs="*",
        metavar="PATH",
        help="recordings: files, or folders searched to any depth",
    )
    add("--demo", action="store_true", help="the bundled demo recordings")
    add(
        "--posthog",
        metavar="FILTER",
        help="sessions of a PostHog project, in words: 'last 7 days, on /checkout, with an exception'",
    )
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
    add(
        "--column-map",
        type=Path,
        metavar="FILE",
        help='how to read event tables in CSV: JSON such as {"event": "action", "time": "at", "session": "visit"}',
    )
    add("--limit", type=_positive, metavar="N", help="look at no more than N sessions")
    add("--quiet", action="store_true", help="no progress, only the report")


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def run(chosen: argparse.Namespace) -> int:
    """Make one report: progress on standard error, the report in files or on standard output."""
    source = _source_of(chosen)
    _check_writable(chosen.output)
    limits = Limits(max_sessions=chosen.limit) if chosen.limit else Limits()
    request = RunRequest(source=source, focus=chosen.focus, limits=limits)
    if chosen.canaries is not None and source.posthog is not None:
        raise SettingsError(
            "--canaries are files: mix them with recordings in files, not with --posthog."
        )
    if chosen.canaries is None:
        return asyncio.run(_summarize(request, chosen))
    with tempfile.TemporaryDirectory(prefix="snags-") as folder:
        return asyncio.run(_summarize_with_canaries(request, chosen, Path(folder)))


def _source_of(chosen: argparse.Namespace) -> SourceSpec:
    if [chosen.demo, bool(chosen.paths), chosen.posthog is not None].count(True) != 1:
        raise SettingsError(
            "Name files or folders of recordings, or give --posthog with a filter, or --demo for the "
            "bundled ones (one of them)."
        )
    if chosen.posthog is None:
        paths = tuple(str(Path(path).expanduser().absolute()) for path in chosen.paths)
        columns = read_column_map(chosen.column_map) if chosen.column_map else None
        return SourceSpec(paths=paths, demo=chosen.demo, columns=columns)
    wanted = filter_of_words(chosen.posthog, datetime.now(UTC))
    say(f"PostHog: {wanted.words}")
    return SourceSpec(posthog=wanted)


async def _summarize_with_canaries(
    request: RunRequest, chosen: argparse.Namespace, folder: Path
) -> int:
    """One report with known sessions among the others: analysed alike, counted nowhere."""
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
        if path.is_dir() or not can_write(path.parent):
            raise SettingsError(
                f"--output {str(output)!r} is a folder, or lies in one that cannot be written. "
                "Name another file."
            )


async def _summarize(request: RunRequest, chosen: argparse.Namespace) -> int:
    view = RunView()
    with shown(view, quiet=chosen.quiet) as tell:
        run, report, _ = await _make_report(request, view, tell)
    return _finish(run, report, view, chosen)


async def _make_report(
    request: RunRequest, view: RunView, tell: Callable[[str], None]
) -> tuple[Run, Report | None, list[SessionSummary]]:
    """Do the run, telling what happens: its report, if it made one, and what it said of held-out sessions."""
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
