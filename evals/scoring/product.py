"""The product, run over the recordings of a corpus: the real engine, in a folder of its own."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.scoring.truth import TRUTH_FILE, Truth, TruthSession, TruthUnreadable
from graph.engine import RunEngine
from graph.errors import RunError, UnknownSession
from graph.reports.report import Report
from graph.runs.run import Limits, RunRequest, RunStatus, SourceSpec
from graph.traces.trace import Trace

DATA_SUFFIXES = frozenset({".json", ".jsonl", ".ndjson", ".csv", ".gz", ".zst"})
"""Files beside the sessions that may belong to them (product events)."""

WITH_REPORT = (RunStatus.DONE, RunStatus.DONE_WITH_GAPS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysed:
    """What the product says of some sessions, and the traces it said it from."""

    report: Report
    traces: Mapping[str, Trace]


def recordings_of(corpus: Path, truth: Truth, sessions: Sequence[TruthSession]) -> list[Path]:
    """Files to analyse for these sessions: theirs, and what lies beside them and is nobody's.

    Raises:
        TruthUnreadable: the truth names a file that is not there.
    """
    files: list[Path] = []
    for session in sessions:
        file = corpus / session.file
        if not file.is_file():
            raise TruthUnreadable(
                str(corpus / TRUTH_FILE), f"session {session.file!r}", "there is no such recording"
            )
        files.append(file)
    labelled = {corpus / session.file for session in truth.sessions}
    beside = {
        file
        for folder in {file.parent for file in files}
        for file in folder.iterdir()
        if file.suffix in DATA_SUFFIXES and file.name != TRUTH_FILE
    }
    return files + sorted(beside - labelled)


async def analyse(engine: RunEngine, files: Sequence[Path]) -> Analysed:
    """One run over files, to its end.

    Raises:
        RunError: it ended without a report.
    """
    request = RunRequest(
        source=SourceSpec(paths=tuple(str(file) for file in files)),
        limits=Limits(max_sessions=100_000),
    )
    started = await engine.start(request)
    run = await engine.wait(started.run_id)
    if run.status not in WITH_REPORT:
        raise RunError(f"The run over {len(files)} files ended as {run.status}: {run.message}")
    report = await engine.report(run.run_id)
    traces: dict[str, Trace] = {}
    for session in report.sessions:
        try:
            traces[session.session_id] = await engine.trace(run.run_id, session.session_id)
        except UnknownSession:
            continue
    return Analysed(report=report, traces=traces)


def shuffled(corpus: Path, files: Sequence[Path], into: Path, seed: int) -> list[Path]:
    """The same files under names that sort in another order; each name still ends in its own path.

    Sessions are read in the order of their names, so this changes the order and nothing else.
    """
    order = list(files)
    random.Random(seed).shuffle(order)  # noqa: S311 - an order that repeats from its seed
    placed: list[Path] = []
    for position, file in enumerate(order):
        target = into / f"{position:05d}" / file.relative_to(corpus)
        target.parent.mkdir(parents=True)
        _link_or_copy(file, target)
        placed.append(target)
    return placed


def _link_or_copy(file: Path, target: Path) -> None:
    try:
        os.link(file.resolve(), target)
    except OSError:
        shutil.copyfile(file, target)
