"""Builds the lab's corpora: `python -m evals.lab.build [--app shop] [--sessions N] [--out DIR]`.

A corpus is rebuilt only where its sources or plans have changed. `--sample` writes the frozen
sample that the tests use.
"""

import argparse
import asyncio
import json
import sys
import time
from pathlib import Path

from evals.lab.catalog import CORPORA, LAB
from evals.lab.corpus import BUILT_FROM, build_corpus, corpus_digest
from evals.lab.model import App, Plan
from evals.lab.plan import plan_sessions

CLEAN_SHARE = 0.5
"""Clean sessions for each main one."""


def plans_for(app: App, sessions: int, seed: int) -> list[Plan]:
    """Return the plans of an app's corpus: `sessions` in the main batch, half as many clean."""
    return plan_sessions(app, sessions, round(sessions * CLEAN_SHARE), seed)


def build(app: App, plans: list[Plan], folder: Path) -> bool:
    """Build one corpus where it is not up to date; say whether it was built."""
    digest = corpus_digest(app, plans)
    stamp = folder / BUILT_FROM
    if stamp.is_file() and json.loads(stamp.read_text(encoding="utf-8"))["digest"] == digest:
        return False
    stamp.unlink(missing_ok=True)
    asyncio.run(build_corpus(app, plans, folder, sys.stdout.write))
    stamp.write_text(json.dumps({"digest": digest}) + "\n", encoding="utf-8")
    return True


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals.lab.build", description=__doc__)
    parser.add_argument("--app", choices=sorted(LAB), help="one app only")
    parser.add_argument("--sessions", type=int, default=100, help="sessions of the main batch")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=CORPORA)
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Build the corpora that are asked for."""
    chosen = _arguments(arguments)
    for name in [chosen.app] if chosen.app else sorted(LAB):
        started = time.monotonic()
        app = LAB[name]
        built = build(app, plans_for(app, chosen.sessions, chosen.seed), chosen.out / name)
        spent = time.monotonic() - started
        sys.stdout.write(f"{name}: {'built' if built else 'up to date'} ({spent:.0f} s)\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
