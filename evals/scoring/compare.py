"""Two evaluations side by side: what a change, a model or a prompt gained and lost."""

from __future__ import annotations

from collections.abc import Iterator

from evals.scoring.metrics import METRICS, Better, Metric
from evals.scoring.result import CorpusResult, Evaluation
from evals.scoring.scores import Figure, Scores
from evals.scoring.table import main_scores, markdown_rows, number, words_of

SAME = 1e-9


def comparison(before: Evaluation, after: Evaluation) -> str:
    """Every corpus that both have, then those that only one has."""
    first = {corpus.name: corpus for corpus in before.corpora}
    second = {corpus.name: corpus for corpus in after.corpora}
    lines: list[str] = []
    for name, corpus in first.items():
        if name in second:
            lines += _corpus(corpus, second[name])
    for name in sorted(first.keys() ^ second.keys()):
        lines.append(f"{name} is only in {'A' if name in first else 'B'}; nothing to compare.")
    return "\n".join(lines) + "\n"


def _corpus(before: CorpusResult, after: CorpusResult) -> Iterator[str]:
    first, second = main_scores(before), main_scores(after)
    yield f"## {before.name}"
    yield ""
    if before.truth != after.truth:
        yield (
            "The truth changed between A and B: figures differ for that reason too, and faults are "
            "matched by their id."
        )
        yield ""
    yield from markdown_rows(["metric", "A", "B", "change", ""], _metric_rows(first, second))
    yield ""
    yield from _named("Faults found by B and not by A", _found(second) - _found(first))
    yield from _named("Faults found by A and not by B", _found(first) - _found(second))
    yield from _sessions(first, second)
    yield from _named("Wrong patterns only in A", _wrong(first) - _wrong(second))
    yield from _named("Wrong patterns only in B", _wrong(second) - _wrong(first))
    yield from _named("Decoys flagged only by A", _fooled(first) - _fooled(second))
    yield from _named("Decoys flagged only by B", _fooled(second) - _fooled(first))


def _metric_rows(first: Scores, second: Scores) -> Iterator[list[str]]:
    for metric in METRICS:
        a, b = first.figures.get(metric.id), second.figures.get(metric.id)
        if a is None and b is None:
            continue
        yield [metric.title, words_of(metric, a), words_of(metric, b), *_change(metric, a, b)]


def _change(metric: Metric, a: Figure | None, b: Figure | None) -> tuple[str, str]:
    """The difference, and whether it is a gain; "clear" where the intervals do not touch."""
    if a is None or b is None or a.value is None or b.value is None:
        return "", ""
    difference = b.value - a.value
    if abs(difference) < SAME:
        return "", ""
    words = f"{'+' if difference > 0 else '-'}{number(metric, abs(difference)).lstrip('+')}"
    gain = metric.gain(a.value, b.value)
    if metric.better is Better.NEITHER or abs(gain) < SAME:
        return words, ""
    return words, f"{'gained' if gain > 0 else 'lost'}{', clear' if _apart(a, b) else ''}"


def _apart(a: Figure, b: Figure) -> bool:
    if a.low is None or a.high is None or b.low is None or b.high is None:
        return False
    return a.high < b.low or b.high < a.low


def _found(scores: Scores) -> set[str]:
    return {f"{fault.id} ({fault.sessions} sessions)" for fault in scores.faults if fault.found}


def _wrong(scores: Scores) -> set[str]:
    return {pattern.title for pattern in scores.patterns if pattern.status in ("wrong", "merged")}


def _fooled(scores: Scores) -> set[str]:
    return {decoy.id for decoy in scores.decoys if decoy.flagged}


def _sessions(first: Scores, second: Scores) -> Iterator[str]:
    """Faults that more or fewer sessions are flagged for than before."""
    flagged = {fault.id: fault.sessions_flagged for fault in first.faults}
    rows = [
        [fault.id, str(flagged[fault.id]), str(fault.sessions_flagged), str(fault.sessions)]
        for fault in second.faults
        if fault.id in flagged and fault.sessions_flagged != flagged[fault.id]
    ]
    if rows:
        yield from markdown_rows(["sessions flagged for", "A", "B", "true"], rows)
        yield ""


def _named(title: str, names: set[str]) -> Iterator[str]:
    if names:
        yield f"{title}: {'; '.join(sorted(names))}"
        yield ""
