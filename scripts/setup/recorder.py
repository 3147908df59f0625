"""Brings the stock recorder that the lab injects: ``python -m scripts.setup.recorder``, for tests only."""

from __future__ import annotations

from evals.lab.vendor import MODULES, RecorderMissing, ensure_recorder
from scripts.setup.steps import SetupFailed, main, step


def fetch(_: list[str]) -> int:
    """Install it by its lock file; says nothing where it is."""
    if MODULES.is_dir():
        ensure_recorder()
        return 0
    with step("the recorder for the lab, by its package-lock.json"):
        try:
            ensure_recorder()
        except RecorderMissing as missing:
            remedy = "Check the network (the npm registry must be reachable) and run it again."
            raise SetupFailed(str(missing), remedy) from missing
    return 0


if __name__ == "__main__":
    main(fetch)
