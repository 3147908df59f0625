"""Freezes a small sample of the built corpora for tests: `python -m evals.lab.freeze`.

Chosen are few sessions that together meet as many faults as possible, one clean session, and one
that the recorder could not see into.
"""

import gzip
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evals.lab.catalog import CORPORA, LAB
from evals.lab.check import BLIND_TRAITS
from evals.lab.corpus import PRODUCT_EVENTS, load_truth, pack, write_truth

Json = dict[str, Any]
SAMPLE = Path(__file__).parent / "sample"
FAULTY_SESSIONS = 3


def choose(sessions: Sequence[Json]) -> list[Json]:
    """Choose the sessions of a sample, each adding the most faults that are not yet there."""
    sighted = [row for row in sessions if not BLIND_TRAITS & set(row["traits"])]
    chosen: list[Json] = []
    seen: set[str] = set()
    for _ in range(FAULTY_SESSIONS):
        best = max(sighted, key=lambda row: len(_faults(row) - seen))
        chosen.append(best)
        seen |= _faults(best)
    clean = (row for row in sighted if row["batch"] == "clean" and len(row["decoys"]) > 1)
    blind = (row for row in sessions if "no_full_snapshot" in row["traits"])
    chosen += [next(clean), next(blind)]
    return sorted(chosen, key=lambda row: str(row["session"]))


def _faults(row: Json) -> set[str]:
    return {met["fault"] for met in row["faults"]}


def freeze(name: str) -> None:
    """Copy the sample of one app's corpus."""
    corpus, folder = CORPORA / name, SAMPLE / name
    if folder.exists():
        shutil.rmtree(folder)
    (folder / "recordings").mkdir(parents=True)
    truth = load_truth(corpus)
    truth["sessions"] = choose(truth["sessions"])
    for row in truth["sessions"]:
        shutil.copy(corpus / row["file"], folder / row["file"])
    write_truth(folder, truth)
    _freeze_product_events(corpus, folder, {row["session"] for row in truth["sessions"]})


def _freeze_product_events(corpus: Path, folder: Path, sessions: set[str]) -> None:
    file = corpus / PRODUCT_EVENTS
    if not file.is_file():
        return
    events: Json = json.loads(gzip.decompress(file.read_bytes()))
    rows = [row for row in events["results"] if row[0] in sessions]
    (folder / PRODUCT_EVENTS).write_bytes(pack({**events, "results": rows}))


def main() -> int:
    """Freeze the sample of every app."""
    for name in sorted(LAB):
        freeze(name)
        sys.stdout.write(f"{name}: frozen\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
