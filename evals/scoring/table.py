"""The published table: one per corpus, Markdown, floors beside the figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from evals.scoring.floors import COLUMNS, LADDER, LADDER_METRICS, NOT_YET, RULES_ONLY, WITH_MODEL
from evals.scoring.metrics import METRIC, METRICS, Better, Form, Metric
from evals.scoring.result import CorpusResult, Evaluation
from evals.scoring.scores import Figure, Scores

NOTHING = "n/a"
"""Nothing to measure, or this way of analysing does not touch it."""


def evaluation_table(evaluation: Evaluation) -> str:
    """Everything of an evaluation that is published."""
    parts = [_heading(evaluation)]
    parts += [corpus_table(corpus) for corpus in evaluation.corpora]
    return "\n".join(parts)


def _heading(evaluation: Evaluation) -> str:
    made_with = ", ".join(f"{name} {number}" for name, number in evaluation.versions.items())
    return (
        "Planted faults are not production: the figures say how the analysis does on faults that "
        "were switched on in small applications with scripted users, recorded with rrweb. "
        "Definitions: docs/evaluation.md.\n\n"
        f"{evaluation.created_at[:10]} · {made_with} · analysts: "
        f"{', '.join(evaluation.analysts) or 'none'} · seed {evaluation.seed}\n"
    )


def corpus_table(corpus: CorpusResult) -> str:
    """One corpus: every metric, its target, and each way of analysing."""
    main = main_scores(corpus)
    split = f" ({corpus.split})" if corpus.split else ""
    met = sum(fault.sessions > 0 for fault in main.faults)
    lines = [
        f"## {corpus.name}{split}",
        "",
        f"{corpus.app + ' · ' if corpus.app else ''}{main.main_sessions} main and "
        f"{main.clean_sessions} clean sessions, {main.fault_free_sessions} without a fault; "
        f"{met} faults met, {len(main.decoys)} decoys; {len(main.patterns)} patterns reported",
        "",
        *_rows(["metric", "target", COLUMNS[0], "95%", *COLUMNS[1:]], _metric_rows(corpus)),
        "",
    ]
    return "\n".join(lines)


def main_scores(corpus: CorpusResult) -> Scores:
    """The way that was run: with rules only, or with a model where there was one."""
    return corpus.columns.get(RULES_ONLY) or corpus.columns[WITH_MODEL]


def _metric_rows(corpus: CorpusResult) -> Iterable[list[str]]:
    for metric in METRICS:
        figures = [_figure_in(corpus, column, metric) for column in COLUMNS]
        unmeasured = all(found is None or found.value is None for found in figures)
        if unmeasured and metric.target is None:
            continue
        yield [
            metric.title,
            _target(metric, figures[0]),
            _cell(corpus, COLUMNS[0], metric),
            _interval(metric, figures[0]),
            *(_cell(corpus, column, metric) for column in COLUMNS[1:]),
        ]


def _figure_in(corpus: CorpusResult, column: str, metric: Metric) -> Figure | None:
    scores = corpus.columns.get(column)
    return scores.figures.get(metric.id) if scores is not None else None


def _cell(corpus: CorpusResult, column: str, metric: Metric) -> str:
    if column not in corpus.columns:
        return NOT_YET
    return words_of(metric, _figure_in(corpus, column, metric))


def words_of(metric: Metric, found: Figure | None) -> str:
    """A figure with what it is made of: ``0.83 (10/12)``."""
    if found is None or found.value is None:
        return NOTHING
    words = number(metric, found.value)
    if metric.form in (Form.MONEY, Form.DURATION) or not found.total:
        return words
    if found.hits is None:
        return f"{words} (of {found.total:g})"
    return f"{words} ({found.hits:g}/{found.total:g})"


def number(metric: Metric, value: float) -> str:
    """A value in the metric's own form."""
    match metric.form:
        case Form.SHARE:
            return f"{value:.2f}"
        case Form.NUMBER:
            return f"{value:.2f}".removesuffix(".00")
        case Form.SIGNED:
            return f"{value:+.2f}"
        case Form.COUNT:
            return f"{value:g}"
        case Form.MONEY:
            return f"${value:.2f}"
        case Form.DURATION:
            return f"{value / 1000:.1f} s"


def _target(metric: Metric, found: Figure | None) -> str:
    if metric.target is None:
        return ""
    sign = "≥" if metric.better is Better.HIGHER else "≤"
    words = f"{sign} {number(metric, metric.target)}"
    if found is None or found.value is None:
        return words
    return f"{words} {'met' if metric.meets(found.value) else '**missed**'}"


def _interval(metric: Metric, found: Figure | None) -> str:
    if found is None or found.low is None or found.high is None:
        return ""
    return f"{number(metric, found.low)} to {number(metric, found.high)}"


def ladder_table(corpus: CorpusResult) -> str:
    """The seed's own steps, each with truth and dollars; a rung that was not climbed says so."""
    heading = ["rung", *(title for _, title in LADDER_METRICS)]
    body: list[list[str]] = []
    for rung in LADDER:
        scores = corpus.columns.get(rung.column)
        cells = (
            [NOT_YET] * len(LADDER_METRICS)
            if scores is None
            else [words_of(METRIC[name], scores.figures.get(name)) for name, _ in LADDER_METRICS]
        )
        body.append([rung.name, *cells])
    return "\n".join([f"### Ladder: {corpus.name}", "", *_rows(heading, body), ""])


def _rows(heading: Sequence[str], body: Iterable[Sequence[str]]) -> list[str]:
    lines = [markdown_row(heading), "|" + "---|" * len(heading)]
    return lines + [markdown_row(cells) for cells in body]


def markdown_rows(heading: Sequence[str], body: Iterable[Sequence[str]]) -> list[str]:
    """A Markdown table's lines."""
    return _rows(heading, body)


def markdown_row(cells: Sequence[str]) -> str:
    """One line of a Markdown table; recorded text in it cannot break out of its cell."""
    return "| " + " | ".join(_in_cell(cell) for cell in cells) + " |"


def _in_cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").replace("<", "&lt;").split())
