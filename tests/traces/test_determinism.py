"""The same recording gives the same bytes, here and in a process with another hash seed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec

from evals.scenarios.table import RECORDINGS
from graph.sources.folder import open_source
from graph.traces.compact import compact
from tests.fakes.recorder import Recorder, element

PROJECT = Path(__file__).parents[2]
DEMO = [PROJECT / "demo" / "recordings" / f"{number:03}.json.gz" for number in (1, 2, 3)]
PROGRAM = """
import hashlib, sys
import msgspec
from graph.sources.folder import open_source
from graph.traces.compact import compact
source = open_source(sys.argv[1:])
traces = [compact(source.read(ref)) for ref in source.list().refs]
sys.stdout.write(hashlib.sha256(msgspec.json.encode(traces)).hexdigest())
"""


def test_twice_the_same() -> None:
    """A second reading gives equal bytes."""
    page = Recorder(element("button", "Pay", id="pay"), element("p", id="out"))
    recording = page.wait(500).clicks("pay", 4, every=900).text("out", "Paid").recording()
    assert msgspec.json.encode(compact(recording)) == msgspec.json.encode(compact(recording))


def test_the_order_of_reading_is_nothing() -> None:
    """What was read before leaves no trace: caches remember, and change nothing."""
    source = open_source([RECORDINGS])
    refs = source.list().refs
    forward = {ref.file: msgspec.json.encode(compact(source.read(ref))) for ref in refs}
    backward = {ref.file: msgspec.json.encode(compact(source.read(ref))) for ref in reversed(refs)}
    assert forward == backward


def test_another_process_with_another_hash_seed() -> None:
    """Sets and dictionaries keep no order that a process chose."""

    def digest(seed: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(RECORDINGS), *map(str, DEMO)],
            cwd=PROJECT,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(PROJECT)},
            capture_output=True,
            text=True,
            check=True,
            timeout=50,
        )
        return done.stdout

    first = digest("1")
    assert len(first) == 64
    assert first == digest("2")
