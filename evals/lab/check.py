"""Proves a corpus: each planted occurrence must be visible or provable in its recording.

`python -m evals.lab.check [CORPUS...]` prints what is not, and how often each fault was met.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.lab.catalog import APPS, CORPORA
from evals.lab.corpus import load_recording, load_truth
from evals.lab.model import App
from evals.lab.view import View

Json = dict[str, Any]
BLIND_TRAITS = frozenset({"no_full_snapshot", "masked_inputs"})


@dataclass(frozen=True, slots=True)
class Unproven:
    """A planted thing that its recording does not show."""

    session: str
    what: str
    ms: int


def unproven(app: App, folder: Path) -> Iterator[Unproven]:
    """Yield every occurrence and decoy that cannot be proven from the recording.

    Sessions that the truth itself calls blind are left out: there the recorder saw too little,
    and that is the point of them.
    """
    for row in load_truth(folder)["sessions"]:
        if BLIND_TRAITS & set(row["traits"]):
            continue
        yield from _unproven_in(app, row, View(load_recording(folder, row["file"])))


def _unproven_in(app: App, row: Json, view: View) -> Iterator[Unproven]:
    proofs = {switch.id: switch.proof for switch in (*app.faults, *app.decoys)}
    for met in row["faults"]:
        for occurrence in met["occurrences"]:
            if not proofs[met["fault"]](view, occurrence["ms"], occurrence["end_ms"]):
                yield Unproven(row["session"], met["fault"], occurrence["ms"])
    for met in row["decoys"]:
        for ms in met["ms"]:
            if not proofs[met["decoy"]](view, ms, ms + 2000):
                yield Unproven(row["session"], met["decoy"], ms)


def prevalence(truth: Json) -> Counter[str]:
    """Count the sessions that met each fault and each decoy."""
    counted: Counter[str] = Counter()
    for row in truth["sessions"]:
        counted.update({met["fault"] for met in row["faults"]})
        counted.update({met["decoy"] for met in row["decoys"]})
    return counted


def report(app: App, folder: Path) -> tuple[str, int]:
    """Return a readable account of a corpus and the number of things that are not proven."""
    truth = load_truth(folder)
    counted = prevalence(truth)
    missing = list(unproven(app, folder))
    lines = [f"{app.name}: {len(truth['sessions'])} sessions"]
    lines += [
        f"  {counted[fault.id]:4} {fault.kind:12} {fault.severity:8} {fault.id}"
        for fault in app.faults
    ]
    lines += [f"  {counted[decoy.id]:4} decoy {decoy.id}" for decoy in app.decoys]
    lines += [f"  not proven: {m.what} in {m.session} at {m.ms} ms" for m in missing]
    never = [s.id for s in (*app.faults, *app.decoys) if not counted[s.id]]
    lines += [f"  never met: {switch}" for switch in never]
    return "\n".join(lines) + "\n", len(missing) + len(never)


def main(arguments: list[str] | None = None) -> int:
    """Check the named corpora, or all that are built."""
    parser = argparse.ArgumentParser(prog="python -m evals.lab.check", description=__doc__)
    parser.add_argument("corpora", nargs="*", type=Path)
    chosen = parser.parse_args(arguments)
    folders: list[Path] = chosen.corpora or sorted(
        folder for folder in CORPORA.glob("*") if (folder / "truth.json").is_file()
    )
    wrong = 0
    for folder in folders:
        text, count = report(APPS[folder.name], folder)
        sys.stdout.write(text)
        wrong += count
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
