"""``snags eval``: run the product over corpora with a truth, score it, print and keep the figures.

Nothing here knows of the lab: a corpus is a folder with ``truth.json`` and the recordings it names.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from evals.scoring.compare import comparison
from evals.scoring.corpus import (
    CorpusPlan,
    CorpusRun,
    corpus_result,
    open_corpora,
    plan_runs,
    run_corpus,
)
from evals.scoring.details import details
from evals.scoring.result import RESULT_FILE, Evaluation, read_evaluation, versions
from evals.scoring.table import evaluation_table, ladder_table
from graph.analyst import Analyst
from graph.engine import open_engine
from graph.errors import InvalidRequest
from graph.sessions.rules import RulesAnalyst
from graph.settings import Settings

DESCRIPTION = (
    "Run Snags over corpora whose truth is known, and score every figure of docs/evaluation.md. "
    "A corpus is a folder with truth.json and the recordings it names."
)


def main(argv: Sequence[str]) -> int:
    """Run ``snags eval`` with these arguments; returns the exit code.

    Raises:
        SnagsError: a corpus or a result cannot be read, or a run failed; it says what to do.
    """
    chosen = build_parser().parse_args(argv)
    if chosen.compare:
        before, after = (read_evaluation(path) for path in chosen.compare)
        sys.stdout.write(comparison(before, after))
        return 0
    if not chosen.corpora:
        raise InvalidRequest(
            "Name a corpus: a folder with truth.json. docs/evaluation.md says how to label your own."
        )
    evaluation, runs = evaluate(chosen.corpora, seed=chosen.seed, shuffles=chosen.shuffles)
    text = _text(evaluation, with_details=chosen.details, with_ladder=chosen.ladder)
    sys.stdout.write(text)
    if chosen.markdown:
        _write(chosen.markdown, text)
    if chosen.json:
        _write(chosen.json, evaluation.to_json())
    if chosen.out:
        _keep(chosen.out, evaluation, runs)
    return 0


def build_parser() -> argparse.ArgumentParser:
    """The arguments of ``snags eval``."""
    parser = argparse.ArgumentParser(prog="snags eval", description=DESCRIPTION)
    add = parser.add_argument
    add("corpora", nargs="*", type=Path, metavar="CORPUS", help="a folder with truth.json")
    add("--details", action="store_true", help="also every fault, wrong pattern and decoy")
    add("--ladder", action="store_true", help="also the ladder, from one prompt to everything")
    add("--json", type=Path, metavar="FILE", help="write the figures, to compare them later")
    add("--markdown", type=Path, metavar="FILE", help="write what is printed")
    add("--out", type=Path, metavar="DIR", help="write everything, the reports included")
    add("--seed", type=int, default=0, help="of the intervals and the shuffled orders (default 0)")
    add(
        "--shuffles",
        type=_natural,
        default=0,
        metavar="N",
        help="run again over N shuffled orders of the sessions, to measure stability",
    )
    add(
        "--compare",
        nargs=2,
        type=Path,
        metavar=("A", "B"),
        help="what B gained and lost against A: files of --json, or folders of --out",
    )
    return parser


def _natural(text: str) -> int:
    if not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0")
    return int(text)


def evaluate(
    paths: Sequence[Path],
    *,
    seed: int = 0,
    shuffles: int = 0,
    analysts: tuple[Analyst, ...] = (RulesAnalyst(),),
) -> tuple[Evaluation, dict[str, CorpusRun]]:
    """Run and score corpora, one after the other, in a data folder that is thrown away.

    Every truth is read, and every recording looked for, before anything runs.

    Raises:
        TruthUnreadable: a truth is missing or wrong, or names a recording that is not there.
        RunError: a run ended without a report.
    """
    corpora = open_corpora(paths)
    with tempfile.TemporaryDirectory(prefix="snags-eval-") as folder:
        rooms = [Path(folder) / f"orders-{number}" for number in range(len(corpora))]
        plans = [
            plan_runs(corpus, room, shuffles=shuffles, seed=seed)
            for corpus, room in zip(corpora, rooms, strict=True)
        ]
        settings = Settings.from_env(data_dir=Path(folder) / "data")
        runs = asyncio.run(_run(plans, settings, analysts))
    results = [corpus_result(corpus, runs[corpus.name], seed) for corpus in corpora]
    columns = [scores for result in results for scores in result.columns.values()]
    evaluation = Evaluation(
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        seed=seed,
        versions=versions(),
        analysts=sorted({name for scores in columns for name in scores.analysts}),
        corpora=results,
    )
    return evaluation, runs


async def _run(
    plans: Sequence[CorpusPlan], settings: Settings, analysts: tuple[Analyst, ...]
) -> dict[str, CorpusRun]:
    async with open_engine(settings, analysts=analysts) as engine:
        return {plan.corpus.name: await run_corpus(engine, plan, _say) for plan in plans}


def _text(evaluation: Evaluation, *, with_details: bool, with_ladder: bool) -> str:
    parts = [evaluation_table(evaluation)]
    for corpus in evaluation.corpora:
        parts += [ladder_table(corpus)] if with_ladder else []
        parts += [details(corpus)] if with_details else []
    return "\n".join(parts)


def _keep(folder: Path, evaluation: Evaluation, runs: Mapping[str, CorpusRun]) -> None:
    """The figures, every table, and each report that was scored."""
    _write(folder / RESULT_FILE, evaluation.to_json())
    _write(folder / "result.md", _text(evaluation, with_details=True, with_ladder=True))
    for name, run in runs.items():
        _write(folder / name / "main.json", run.main.report.to_json())
        if run.clean:
            _write(folder / name / "clean.json", run.clean.report.to_json())


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InvalidRequest(
            f"Cannot write {str(file)!r}: {error.strerror}. Name another place."
        ) from error


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
