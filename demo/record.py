"""Records the demo: `python -m demo.record` writes truth.json here and the sessions to recordings/."""

import asyncio
import sys
from pathlib import Path

from demo.app import APP
from evals.lab.corpus import build_corpus
from evals.lab.model import Plan
from evals.lab.plan import plan_sessions

FOLDER = Path(__file__).parent
MAIN_SESSIONS = 34
CLEAN_SESSIONS = 14
SEED = 7


def plans() -> list[Plan]:
    """Return the demo's sessions."""
    return plan_sessions(APP, MAIN_SESSIONS, CLEAN_SESSIONS, SEED)


def main() -> int:
    """Record every session of the demo."""
    asyncio.run(build_corpus(APP, plans(), FOLDER, sys.stdout.write))
    return 0


if __name__ == "__main__":
    sys.exit(main())
