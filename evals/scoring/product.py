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
from graph.runs.run import Filters, Limits, RunRequest, RunStatus, SourceSpec
from graph.traces.trace import Trace

DATA_SUFFIXES = frozenset({".json", ".jsonl", ".ndjson", ".csv", ".gz", ".zst"})
"""Files beside the sessions that may belong to them (product events)."""

WITH_REPORT = (RunStatus.DONE, RunStatus.DONE_WITH_GAPS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recordings:
    """The files of one run."""

    sessions: tuple[Path, ...]
    beside: tuple[Path, ...]
    """What lies with the sessions and is no session of the truth: product events of theirs."""

    @property
    def request(self) -> RunRequest:
        """Asks for these sessions alone: rows of other sessions would become sessions too."""
        names = tuple(dict.fromkeys(file.name for file in self.sessions)) if self.beside else ()
        return RunRequest(
            source=SourceSpec(paths=tuple(str(file) for file in (*self.sessions, *self.beside))),
            filters=Filters(sessions=names),
            limits=Limits(max_sessions=100_000),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysed:
    """What the product says of some sessions, and the traces it said it from."""

    report: Report
    traces: Mapping[str, Trace]


def recordings_of(corpus: Path, truth: Truth, sessions: Sequence[TruthSession]) -> Recordings:
    """The files of these sessions, and what lies beside them and is nobody's recording.

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
        for folder in {corpus, *(file.parent for file in files)}
        for file in folder.iterdir()
        if file.is_file() and file.suffix in DATA_SUFFIXES and file.name != TRUTH_FILE
    }
    return Recordings(sessions=tuple(files), beside=tuple(sorted(beside - labelled)))


async def analyse(engine: RunEngine, recordings: Recordings) -> Analysed:
    """One run over files, to its end.

    Raises:
        RunError: it ended without a report.
    """
    started = await engine.start(recordings.request)
    run = await engine.wait(started.run_id)
    if run.status not in WITH_REPORT:
        count = len(recordings.sessions)
        raise RunError(f"The run over {count} recordings ended as {run.status}: {run.message}")
    report = await engine.report(run.run_id)
    traces: dict[str, Trace] = {}
    for session in report.sessions:
        try:
            traces[session.session_id] = await engine.trace(run.run_id, session.session_id)
        except UnknownSession:
            continue
    return Analysed(report=report, traces=traces)


def shuffled(corpus: Path, recordings: Recordings, into: Path, seed: int) -> Recordings:
    """The same files under names that sort in another order; each name still ends in its own path.

    Sessions are read in the order of their names, so this changes the order and nothing else.
    """
    order = list(recordings.sessions)
    random.Random(seed).shuffle(order)  # noqa: S311 - an order that repeats from its seed
    return Recordings(
        sessions=tuple(
            _placed(file, into / f"{position:05d}" / file.relative_to(corpus))
            for position, file in enumerate(order)
        ),
        beside=tuple(
            _placed(file, into / "beside" / file.relative_to(corpus)) for file in recordings.beside
        ),
    )


def _placed(file: Path, target: Path) -> Path:
    """The file under another name: linked where that can be, else copied."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(file.resolve(), target)
    except OSError:
        shutil.copyfile(file, target)
    return target
