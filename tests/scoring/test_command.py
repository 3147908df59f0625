"""``snags eval`` over a corpus it has never seen, from outside the checkout, with the real engine."""

import ast
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from evals.command import main
from evals.scoring.result import read_evaluation
from evals.scoring.truth import TruthUnreadable
from graph.errors import InvalidRequest

PROJECT = Path(__file__).parents[2]
DEMO = PROJECT / "demo"

Write = Callable[..., Path]


@pytest.fixture
def corpus(tmp_path: Path) -> Write:
    """Makes a corpus of a few demo recordings, under a layout of its own."""

    def write(main_sessions: int = 3, clean_sessions: int = 2, folder: str = "kiosk") -> Path:
        truth = json.loads((DEMO / "truth.json").read_text(encoding="utf-8"))
        rows = [
            row
            for batch, count in (("main", main_sessions), ("clean", clean_sessions))
            for row in [row for row in truth["sessions"] if row["batch"] == batch][:count]
        ]
        home = tmp_path / folder / "visits"
        home.mkdir(parents=True)
        for row in rows:
            name = Path(row["file"]).name
            shutil.copy(DEMO / row["file"], home / name)
            row["file"] = f"visits/{name}"
        text = json.dumps({**truth, "sessions": rows})
        (home.parent / "truth.json").write_text(text, encoding="utf-8")
        return home.parent

    return write


def test_a_corpus_is_run_scored_printed_and_kept(
    corpus: Write,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
):
    """One command: the table on the screen, and in files everything it was made from."""
    monkeypatch.chdir(tmp_path)
    out = tmp_path / "kept"
    folder = corpus()
    arguments = [str(folder), "--details", "--ladder", "--out", str(out), "--shuffles", "1"]
    assert main([*arguments, "--json", "figures/now.json", "--markdown", "now.md"]) == 0
    printed = capsys.readouterr()
    assert "## kiosk" in printed.out
    assert "### Ladder: kiosk" in printed.out
    assert "### kiosk: Faults" in printed.out
    assert "run 1 of 3, 3 recordings" in printed.err
    assert (tmp_path / "now.md").read_text(encoding="utf-8") == printed.out
    evaluation = read_evaluation(out)
    assert evaluation == read_evaluation(tmp_path / "figures" / "now.json")
    scores = evaluation.corpora[0].columns["rules only"]
    assert (scores.main_sessions, scores.clean_sessions) == (3, 2)
    assert scores.missing == [one for one in scores.missing if one.reason.startswith("skipped")]
    assert scores.value("invented") == 0
    assert scores.value("stability_order") == 1.0
    assert (out / "kiosk" / "main.json").is_file()
    assert not list(tmp_path.glob(".snags"))


def test_the_same_seed_gives_the_same_figures(corpus: Write, tmp_path: Path):
    """Everything but the clocks repeats."""
    folder = corpus(2, 0)
    for name in ("a", "b"):
        assert main([str(folder), "--json", str(tmp_path / name)]) == 0
    first, second = (
        read_evaluation(tmp_path / name).corpora[0].columns["rules only"] for name in ("a", "b")
    )
    clocks = {"first_finding_ms", "usable_ms", "final_ms"}
    assert {name: one for name, one in first.figures.items() if name not in clocks} == {
        name: one for name, one in second.figures.items() if name not in clocks
    }


def test_a_corpus_of_clean_sessions_alone_is_all_false_alarms(corpus: Write, tmp_path: Path):
    """Without a fault there is no recall; whatever is reported is wrong."""
    assert main([str(corpus(0, 2)), "--json", str(tmp_path / "a.json")]) == 0
    scores = read_evaluation(tmp_path / "a.json").corpora[0].columns["rules only"]
    assert scores.value("pattern_recall") is None
    assert scores.value("wrong_patterns_after") is not None
    assert scores.fault_free_sessions == 2


def test_two_results_are_compared(
    corpus: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """--compare reads what --json wrote and runs nothing."""
    result = tmp_path / "a.json"
    assert main([str(corpus(1, 0)), "--json", str(result)]) == 0
    capsys.readouterr()
    assert main(["--compare", str(result), str(result)]) == 0
    assert "| metric | A | B | change |" in capsys.readouterr().out


def test_product_events_beside_the_recordings_come_along_and_make_no_sessions(
    corpus: Write, tmp_path: Path
):
    """Rows of the corpus's sessions join them; rows of others do not become sessions."""
    folder = corpus(2, 1)
    rows = [[session, "buy", "2026-01-01T00:00:00Z"] for session in ("001", "035", "999")]
    query = {"columns": ["properties.$session_id", "event", "timestamp"], "results": rows}
    (folder / "product_events.json").write_text(json.dumps(query), encoding="utf-8")
    arguments = [str(folder), "--json", str(tmp_path / "a.json"), "--shuffles", "1"]
    assert main(arguments) == 0
    scores = read_evaluation(tmp_path / "a.json").corpora[0].columns["rules only"]
    assert scores.unlabelled == []
    assert scores.missing == []
    assert scores.value("stability_order") == 1.0


def test_a_recording_that_is_not_there_is_named_before_anything_runs(corpus: Write):
    """A truth that promises a file must have it."""
    folder = corpus(2, 0)
    (folder / "visits" / "002.json.gz").unlink()
    with pytest.raises(TruthUnreadable, match=r"visits/002\.json\.gz.*no such recording"):
        main([str(folder)])


def test_usage_mistakes_are_told(tmp_path: Path):
    """No corpus, no truth, a number that is none."""
    with pytest.raises(InvalidRequest, match="Name a corpus"):
        main([])
    with pytest.raises(TruthUnreadable, match="no such file"):
        main([str(tmp_path)])
    with pytest.raises(SystemExit):
        main([str(tmp_path), "--shuffles", "-1"])


def test_the_scorer_ships_and_needs_nothing_of_the_lab():
    """Nothing that scores imports the lab or the demo: an installation may be without them."""
    evals = PROJECT / "evals"
    for file in (*evals.glob("scoring/*.py"), evals / "command.py", evals / "canaries.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if name.startswith(("evals.lab", "demo"))], file
