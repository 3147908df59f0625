"""The README says what is so."""

import re
from pathlib import Path

from cli import COMMANDS
from scripts.readme import drawn

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_pipeline_is_drawn_by_the_graph() -> None:
    """The drawing is what the compiled graph draws of itself; `make readme` draws it again."""
    assert "```mermaid\n---" in README
    assert drawn(README) == README


def test_links_lead_somewhere() -> None:
    """Every relative link and picture of the texts is a file of the project."""
    texts = [
        ROOT / "README.md",
        ROOT / "CHANGELOG.md",
        *ROOT.glob("docs/**/*.md"),
        *ROOT.glob(".github/*.md"),
    ]
    broken = [
        f"{text.name}: {target}"
        for text in texts
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", text.read_text(encoding="utf-8"))
        if not (text.parent / target).exists()
    ]
    assert broken == []


def test_every_command_is_shown() -> None:
    """Each subcommand a person would type stands in the README, and those it shows exist."""
    shown = set(re.findall(r"^\$ snags (\w+)", README, flags=re.MULTILINE))
    assert shown <= set(COMMANDS)
    assert set(COMMANDS) - shown <= {"version"}


def test_make_targets_of_the_texts_exist() -> None:
    """No text tells a person to type a target that is not there."""
    targets = set(
        re.findall(
            r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE
        )
    )
    texts = README + (ROOT / ".github" / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert set(re.findall(r"(?:`|\$ )make ([\w-]+)", texts)) <= targets


def test_exit_codes_are_those_of_the_command() -> None:
    """The table of exit codes has the codes that the command line documents."""
    rows = re.findall(r"^\| (\d+) \| (\w+)", README, flags=re.MULTILINE)
    assert rows == [
        ("0", "done"),
        ("1", "failed"),
        ("2", "usage"),
        ("3", "done"),
        ("130", "cancelled"),
    ]
