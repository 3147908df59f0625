"""Dependencies are few, documented, and above the versions with known holes."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PAGE = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
LOCKED = {
    package["name"]: package["version"]
    for package in tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]
}


def documented(heading: str) -> list[list[str]]:
    """The rows of the table under a heading, as lists of cells."""
    section = PAGE.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("| `")]
    return [[cell.strip().strip("`") for cell in row] for row in rows]


def required(entries: list[object]) -> set[str]:
    """Package names of requirement lines; a table entry includes another group."""
    return {re.split(r"[<>=!~\[; ]", entry)[0] for entry in entries if isinstance(entry, str)}


def number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def test_every_package_that_runs_is_documented_with_its_reason() -> None:
    """docs/dependencies.md and pyproject.toml name the same packages, each with what it is for."""
    rows = documented("To run")
    assert {row[0] for row in rows} == required(PROJECT["project"]["dependencies"])
    assert all(row[1] for row in rows)


def test_every_package_of_set_up_and_tests_is_documented() -> None:
    """The same for the groups that never reach a user's machine."""
    groups = PROJECT["dependency-groups"]
    assert {row[0] for row in documented("To set up and to test")} == required(
        [*groups["setup"], *groups["dev"]]
    )


def test_locked_versions_are_above_the_floors() -> None:
    """No package is locked at a version with a hole that Snags could be reached through."""
    floors = {row[0]: row[1] for row in documented("Version floors")}
    below = {
        name: LOCKED[name]
        for name, floor in floors.items()
        if name in LOCKED and number(LOCKED[name]) < number(floor)
    }
    assert floors["starlette"] == "1.3.1"
    assert below == {}


def test_no_package_parses_forms() -> None:
    """Uploads are raw bodies: the multipart parsers' quadratic holes cannot be reached where none is installed."""
    assert "python-multipart" not in LOCKED


def test_replayer_and_recorder_are_above_their_floor() -> None:
    """rrweb before 2.1.6 ran scripts of a recording outside its frame, or drew blank frames."""
    locks = [*ROOT.glob("web/package-lock.json"), *ROOT.glob("evals/lab/package-lock.json")]
    pinned = {
        name: version
        for lock in locks
        for name, version in re.findall(
            r'"node_modules/(@rrweb/(?:replay|record|rrweb))": \{\s*"version": "([^"]+)"',
            lock.read_text(),
        )
    }
    assert locks
    assert {name: version for name, version in pinned.items() if number(version) < (2, 1, 6)} == {}
