"""A corpus on disk: recordings, truth.json, and the digest that says what it was built from."""

import asyncio
import gzip
import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from evals.lab.model import App, Plan
from evals.lab.recorder import Studio
from evals.lab.truth import corpus_truth

Json = dict[str, Any]
PAGES_AT_ONCE = 2
BUILT_FROM = "built_from.txt"
SOURCE_SUFFIXES = frozenset({".py", ".js", ".html", ".css", ".json"})


def corpus_digest(folders: Sequence[Path], plans: Sequence[Plan]) -> str:
    """Return the digest of everything a corpus depends on: sources and plans."""
    digest = hashlib.sha256()
    for folder in folders:
        for file in sorted(folder.rglob("*")):
            hidden = {"vendor", "recordings", "sample", "__pycache__"} & set(file.parts)
            if file.is_file() and file.suffix in SOURCE_SUFFIXES and not hidden:
                digest.update(file.relative_to(folder).as_posix().encode())
                digest.update(file.read_bytes())
    for plan in plans:
        row = [plan.session, plan.seed, plan.start_ms, plan.habit.name, *plan.goals, *plan.traits]
        digest.update(json.dumps([*row, *sorted(plan.switches)]).encode())
    return digest.hexdigest()


async def build_corpus(
    app: App,
    plans: Sequence[Plan],
    folder: Path,
    report: Callable[[str], object],
    subfolder: str = "recordings",
) -> Json:
    """Record every plan into `folder` and return its truth."""
    recordings = folder / subfolder
    recordings.mkdir(parents=True, exist_ok=True)
    for old in recordings.glob("*.json.gz"):
        old.unlink()
    waiting = list(reversed(plans))
    rows: dict[str, Json] = {}
    async with Studio.open() as studio, asyncio.TaskGroup() as group:
        for _ in range(PAGES_AT_ONCE):
            group.create_task(_work(studio, app, waiting, (folder, recordings), rows, report))
    truth = corpus_truth(app, [rows[plan.session] for plan in plans])
    write_truth(folder, truth)
    return truth


async def _work(
    studio: Studio,
    app: App,
    waiting: list[Plan],
    folders: tuple[Path, Path],
    rows: dict[str, Json],
    report: Callable[[str], object],
) -> None:
    folder, recordings = folders
    while waiting:
        plan = waiting.pop()
        recorded = await studio.record(app, plan)
        file = recordings / f"{plan.session}.json.gz"
        file.write_bytes(pack(recorded.events))
        name = file.relative_to(folder).as_posix()
        rows[plan.session] = {"file": name, **recorded.truth}
        report(f"{app.name} {plan.session}: {len(recorded.events)} events\n")


def write_truth(folder: Path, truth: Json) -> None:
    """Write truth.json, in a form a person can read."""
    text = json.dumps(truth, indent=1, ensure_ascii=False)
    (folder / "truth.json").write_text(text + "\n", encoding="utf-8")


def pack(value: object) -> bytes:
    """Return compact gzip'd JSON, the same bytes each time."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return gzip.compress(text.encode(), compresslevel=9, mtime=0)


def load_truth(folder: Path) -> Json:
    """Read a corpus's truth.json."""
    return json.loads((folder / "truth.json").read_text(encoding="utf-8"))


def load_recording(folder: Path, file: str) -> list[Json]:
    """Read one recording of a corpus."""
    return json.loads(gzip.decompress((folder / file).read_bytes()))
