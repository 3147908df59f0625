"""A corpus, from its folder to its result: read the truth, run the product, score every column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.scoring.audit import without_audit
from evals.scoring.event_times import Traces
from evals.scoring.floors import NO_AUDIT, column_of
from evals.scoring.joined import PathEnds
from evals.scoring.metrics import BY_SESSION
from evals.scoring.product import Analysed, Recordings, analyse, recordings_of, shuffled
from evals.scoring.result import CorpusResult
from evals.scoring.score import score
from evals.scoring.scores import Scores
from evals.scoring.stability import stability
from evals.scoring.truth import BATCHES, TRUTH_FILE, Truth, read_truth
from graph.engine import RunEngine
from graph.ids import digest_of
from graph.reports.report import Report

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """A folder with a truth."""

    name: str
    folder: Path
    truth: Truth
    digest: str
    """Of the truth file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusRun:
    """What the product said of a corpus."""

    main: Analysed
    """Over the main batch; over the clean one where there is no other."""
    clean: Analysed | None
    other_orders: tuple[Report, ...]
    """Over the main batch, in other orders of its sessions."""

    @property
    def traces(self) -> Traces:
        known = {**self.main.traces, **(self.clean.traces if self.clean else {})}
        return known.get


def open_corpora(paths: Sequence[Path]) -> list[Corpus]:
    """Corpora by their folders' names; of several with one name the later ones are numbered.

    Raises:
        TruthUnreadable: one has no truth, or a wrong one.
    """
    corpora: list[Corpus] = []
    for path in paths:
        folder = (path.parent if path.name == TRUTH_FILE else path).resolve()
        truth = read_truth(folder)
        named = folder.parent.name if folder.name == "recordings" else folder.name
        same = sum(corpus.name.split(" (")[0] == named for corpus in corpora)
        corpora.append(
            Corpus(
                name=f"{named} ({same + 1})" if same else named,
                folder=folder,
                truth=truth,
                digest=digest_of((folder / TRUTH_FILE).read_bytes()),
            )
        )
    return corpora


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusPlan:
    """The files of every run over a corpus, in the order of running."""

    corpus: Corpus
    batches: tuple[Recordings, ...]
    """Main and clean; a batch without sessions is not run."""
    orders: tuple[Recordings, ...]
    """The first batch again, under names that sort otherwise."""


def plan_runs(corpus: Corpus, room: Path, *, shuffles: int, seed: int) -> CorpusPlan:
    """What to run; shuffled copies are laid out in ``room``.

    Raises:
        TruthUnreadable: the truth names a recording that is not there.
    """
    truth = corpus.truth
    batches = [
        recordings_of(corpus.folder, truth, sessions)
        for name in BATCHES
        if (sessions := truth.batch(name))
    ]
    orders = [
        shuffled(corpus.folder, batches[0], room / str(number), seed + number)
        for number in range(shuffles)
    ]
    return CorpusPlan(corpus=corpus, batches=tuple(batches), orders=tuple(orders))


async def run_corpus(engine: RunEngine, plan: CorpusPlan, say: Say) -> CorpusRun:
    """The product over each batch by itself, and over the first one in other orders.

    Raises:
        RunError: a run ended without a report.
    """
    analysed: list[Analysed] = []
    for number, recordings in enumerate((*plan.batches, *plan.orders), start=1):
        total = len(plan.batches) + len(plan.orders)
        count = len(recordings.sessions)
        say(f"{plan.corpus.name}: run {number} of {total}, {count} recordings")
        analysed.append(await analyse(engine, recordings))
    batches, others = analysed[: len(plan.batches)], analysed[len(plan.batches) :]
    return CorpusRun(
        main=batches[0],
        clean=batches[1] if len(batches) > 1 else None,
        other_orders=tuple(other.report for other in others),
    )


def corpus_result(corpus: Corpus, run: CorpusRun, seed: int) -> CorpusResult:
    """Every column that can be computed from what was run."""
    clean = run.clean.report if run.clean else None
    scores = score(corpus.truth, run.main.report, clean=clean, traces=run.traces, seed=seed)
    unaudited = score(
        corpus.truth,
        without_audit(run.main.report, run.traces),
        clean=without_audit(clean, run.traces) if clean else None,
        seed=seed,
    )
    return CorpusResult(
        name=corpus.name,
        app=corpus.truth.app,
        split=corpus.truth.split,
        truth=corpus.digest,
        columns={
            column_of(scores): _with_stability(scores, corpus, run),
            NO_AUDIT: _of_sessions(unaudited),
        },
    )


def _of_sessions(scores: Scores) -> Scores:
    """Only what single sessions decide: the patterns were not built again."""
    figures = {name: found for name, found in scores.figures.items() if name in BY_SESSION}
    return scores.model_copy(update={"figures": figures, "faults": [], "patterns": []})


def _with_stability(scores: Scores, corpus: Corpus, run: CorpusRun) -> Scores:
    if not run.other_orders:
        return scores
    ends = PathEnds(session.file for session in corpus.truth.sessions)
    found = stability(
        [run.main.report, *run.other_orders], lambda item: ends.match(item.file) or item.file
    )
    return scores.model_copy(update={"figures": {**scores.figures, "stability_order": found}})
