"""How fast a recording is read and compacted, in a process of its own so that its memory is its own."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import msgspec

from evals.bench.big import big_recording
from graph.sources.folder import open_source
from graph.traces.compact import compact

LOOP = 10_000_000
"""Additions of the plain loop that says how fast this machine is just now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """Figures of one reading; CPU seconds of one core."""

    events: int
    megabytes: float
    read_seconds: float
    compact_seconds: float
    floor_seconds: float
    """``json.loads`` of the same bytes."""
    loop_seconds: float
    peak_megabytes: float
    rows: int

    @property
    def seconds(self) -> float:
        return self.read_seconds + self.compact_seconds


def measure(count: int) -> Speed:
    """Write a big recording, and read it in a fresh process."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "big.json"
        file.write_bytes(big_recording(count))
        done = subprocess.run(  # noqa: S603 (our own module)
            [sys.executable, "-m", "evals.bench.speed", str(file)],
            capture_output=True,
            check=True,
        )
        return msgspec.json.decode(done.stdout, type=Speed)


def _read(file: Path) -> Speed:
    start = time.process_time()
    source = open_source([file])
    recording = source.read(source.list().refs[0])
    read = time.process_time()
    trace = compact(recording)
    compacted = time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    events, rows = len(recording.events), len(trace.rows)
    del source, recording, trace  # the floor is measured on an empty heap
    body = file.read_bytes()
    return Speed(
        events=events,
        megabytes=len(body) / 1e6,
        read_seconds=read - start,
        compact_seconds=compacted - read,
        floor_seconds=_seconds_of_floor(body),
        loop_seconds=_seconds_of_loop(),
        peak_megabytes=peak / (1e6 if sys.platform == "darwin" else 1e3),
        rows=rows,
    )


def _seconds_of_floor(body: bytes) -> float:
    start = time.process_time()
    json.loads(body)
    return time.process_time() - start


def _seconds_of_loop() -> float:
    start, total = time.process_time(), 0
    for _ in range(LOOP):
        total += 1  # noqa: SIM113 (the addition is what is measured)
    return time.process_time() - start


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.encode(_read(Path(sys.argv[1]))))
