"""A corpus on disk: recordings, truth.json, and the digest that says what it was built from."""

import asyncio
import gzip
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evals.lab.model import App, Plan
from evals.lab.product import COLUMNS, product_rows
from evals.lab.recorder import Studio
from evals.lab.truth import corpus_truth

Json = dict[str, Any]
PAGES_AT_ONCE = 2
PRODUCT_EVENTS = "product_events.json.gz"
BUILT_FROM = "built_from.txt"
FOLDER = Path(__file__).parent
SOURCE_SUFFIXES = frozenset({".py", ".js", ".html", ".css"})
HARNESS_FILES = (
    "package-lock.json",
    "page.js",
    "start.js",
    "model.py",
    "plan.py",
    "recorder.py",
    "stage.py",
    "truth.py",
    "user.py",
)


def corpus_digest(app: App, plans: Sequence[Plan]) -> str:
    """Return the digest of everything a corpus depends on: harness, app and plans.

    Of faults.py only what truth says counts: a better proof needs no new recording.
    """
    harness = [FOLDER / name for name in HARNESS_FILES]
    files = sorted(app.site.parent.rglob("*"))
    sources = [f for f in files if f.suffix in SOURCE_SUFFIXES and f.name != "faults.py"]
    digest = hashlib.sha256(json.dumps(corpus_truth(app, [])).encode())
    for file in (*harness, *sources):
        digest.update(file.name.encode())
        digest.update(file.read_bytes())
    for plan in plans:
        row = [plan.session, plan.seed, plan.start_ms, plan.habit.name, *plan.goals, *plan.traits]
        digest.update(json.dumps([*row, *sorted(plan.switches)]).encode())
    return digest.hexdigest()


@dataclass(slots=True, kw_only=True)
class Building:
    """A corpus while it is being recorded."""

    app: App
    folder: Path
    recordings: Path
    waiting: list[Plan]
    report: Callable[[str], object]
    rows: dict[str, Json] = field(default_factory=dict[str, Json])
    product: list[list[Any]] = field(default_factory=list[list[Any]])

    async def work(self, studio: Studio) -> None:
        """Record one session after the other while any is waiting."""
        while self.waiting:
            plan = self.waiting.pop()
            recorded = await studio.record(self.app, plan)
            file = self.recordings / f"{plan.session}.json.gz"
            file.write_bytes(pack(recorded.events))
            name = file.relative_to(self.folder).as_posix()
            self.rows[plan.session] = {"file": name, **recorded.truth}
            self.product.extend(product_rows(plan.session, recorded.captured))
            self.report(f"{self.app.name} {plan.session}: {len(recorded.events)} events\n")


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
    building = Building(
        app=app,
        folder=folder,
        recordings=recordings,
        waiting=list(reversed(plans)),
        report=report,
    )
    async with Studio.open() as studio, asyncio.TaskGroup() as group:
        for _ in range(PAGES_AT_ONCE):
            group.create_task(building.work(studio))
    truth = corpus_truth(app, [building.rows[plan.session] for plan in plans])
    write_truth(folder, truth)
    if building.product:
        rows = sorted(building.product, key=lambda row: (row[0], row[3]))
        (folder / PRODUCT_EVENTS).write_bytes(pack({"columns": COLUMNS, "results": rows}))
    return truth


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
