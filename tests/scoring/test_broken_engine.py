"""The whole product with an analyst that is broken on purpose: the right figure tells.

``test_broken_analysts`` does the same to finished reports, figure by figure; here the damage goes
through the checks, the patterns and the report of the real engine.
"""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from evals.command import evaluate
from evals.scoring.scores import Scores
from graph.analyst import Analyst
from graph.sessions.draft import DraftIssue, SessionDraft
from graph.sessions.rules import RulesAnalyst
from graph.sessions.summary import Harm, IssueKey, IssueKind
from graph.traces.trace import Row, Trace

DEMO = Path(__file__).parents[2] / "demo"
SESSIONS = 12


Issues = tuple[DraftIssue, ...]


class Broken:
    """The rules, and then something is done to the issues they found."""

    name = "rules"

    def __init__(self, damage: Callable[[Trace, Issues], Issues]) -> None:
        self._damage = damage

    async def draft(self, trace: Trace, before: SessionDraft | None) -> SessionDraft:
        told = await RulesAnalyst().draft(trace, before)
        return told.model_copy(update={"issues": self._damage(trace, told.issues)})


def half_dropped(trace: Trace, issues: Issues) -> Issues:
    """Every second thing that went wrong is left out with all its tries; which one alternates."""
    keys = list(dict.fromkeys(issue.key for issue in issues))
    kept = set(keys[int(trace.file[:3]) % 2 :: 2])
    return tuple(issue for issue in issues if issue.key in kept)


def one_invented(trace: Trace, issues: Issues) -> Issues:
    """The session's last row is called blocking, with a quotation that the checks must accept."""
    row = trace.rows[-1]
    invented = DraftIssue(
        kind=IssueKind.BLOCKING,
        harm=Harm.HIGH,
        claim=f'"{quotable(row)}" stopped the user',
        event_ids=(row.event_id,),
        key=IssueKey(effect="stopped", element="page", fingerprint="", page="/"),
    )
    return (*issues, invented)


def times_mistaken(trace: Trace, issues: Issues) -> Issues:
    """In one session of three, every issue is told truly and cites a row of another time."""
    if int(trace.file[:3]) % 3:
        return issues
    return tuple(elsewhere(trace, issue) for issue in issues)


def elsewhere(trace: Trace, issue: DraftIssue) -> DraftIssue:
    """The issue, citing the row that lies furthest from its own moment, and quoting it."""
    ms = next(row.ms for row in trace.rows if row.event_id == issue.event_ids[0])
    row = max(trace.rows, key=lambda row: (abs(row.ms - ms), row.ordinal))
    plain = re.sub(r"[\"“”]", "", issue.claim)
    claim = f'{plain} "{quotable(row)}"'
    return issue.model_copy(update={"event_ids": (row.event_id,), "claim": claim})


def quotable(row: Row) -> str:
    return max(re.findall(r"[^\"“”]+", row.words), key=len).strip()[:100]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    truth = json.loads((DEMO / "truth.json").read_text(encoding="utf-8"))
    rows = [row for row in truth["sessions"] if row["batch"] == "main"][:SESSIONS]
    for row in rows:
        shutil.copy(DEMO / row["file"], folder)
        row["file"] = Path(row["file"]).name
    (folder / "truth.json").write_text(json.dumps({**truth, "sessions": rows}), encoding="utf-8")
    return folder


def scored(corpus: Path, analyst: Analyst) -> Scores:
    evaluation, _ = evaluate([corpus], analysts=(analyst,))
    return evaluation.corpora[0].columns["rules only"]


@pytest.fixture(scope="module")
def sound(corpus: Path) -> Scores:
    return scored(corpus, RulesAnalyst())


def fall(sound: Scores, broken: Scores, metric: str) -> float:
    """How far a figure fell."""
    before, after = sound.value(metric), broken.value(metric)
    assert before is not None
    assert after is not None
    return before - after


def test_an_analyst_that_drops_half_of_its_issues_loses_recall(corpus: Path, sound: Scores):
    """Pairs go unnoticed; what is still said is as true as before."""
    broken = scored(corpus, Broken(half_dropped))
    assert fall(sound, broken, "pair_recall") > 0.25
    assert fall(sound, broken, "event_precision") <= 0.1


def test_an_analyst_that_invents_an_issue_loses_precision(corpus: Path, sound: Scores):
    """One wrong pattern more and false flags; recall stays."""
    broken = scored(corpus, Broken(one_invented))
    assert fall(sound, broken, "pattern_precision") > 0.05
    assert fall(sound, broken, "flag_precision") > 0.05
    assert fall(sound, broken, "pattern_recall") == 0
    assert fall(sound, broken, "pair_recall") <= 0


def test_an_analyst_that_mistakes_times_loses_event_assignment(corpus: Path, sound: Scores):
    """The patterns are still told; their evidence shows something else."""
    broken = scored(corpus, Broken(times_mistaken))
    assert fall(sound, broken, "event_precision") > 0.15
    assert fall(sound, broken, "event_recall") > 0.1
    assert fall(sound, broken, "event_precision") > fall(sound, broken, "pattern_precision")
