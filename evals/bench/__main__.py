"""``python -m evals.bench [PRODUCT_EVENTS]``: one table to read, one line of JSON to keep.

PRODUCT_EVENTS is a file of product events of one session; without it, only speed and ids are measured
on made-up data.
"""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import msgspec

from evals.bench import speed, tokens
from evals.bench.speed import Speed
from evals.bench.tokens import TokenFigures

EVENTS = 100_000
Line = tuple[str, str, str, str]


def main(arguments: list[str]) -> int:
    """Measure, print the table, then the JSON."""
    measured = speed.measure(EVENTS)
    figures = tokens.measure(Path(arguments[0])) if arguments else None
    lines = [("figure", "value", "target", "ratio"), *_speed_lines(measured)]
    lines += _token_lines(figures) if figures else []
    widths = [max(len(line[column]) for line in lines) for column in range(4)]
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        sys.stdout.write("  ".join(cells).rstrip() + "\n")
    found = {"speed": asdict(measured), "tokens": asdict(figures) if figures else None}
    sys.stdout.buffer.flush()
    sys.stdout.write(msgspec.json.encode(found).decode() + "\n")
    return 0


def _speed_lines(one: Speed) -> list[Line]:
    per_event = one.seconds / one.events * 1e6
    return [
        ("events in one recording", f"{one.events:,}", "100,000", ""),
        ("read and compact, CPU seconds", f"{one.seconds:.2f}", "2.00", f"{one.seconds / 2:.2f}"),
        ("  read", f"{one.read_seconds:.2f}", "", _of(one.read_seconds, one)),
        ("  compact", f"{one.compact_seconds:.2f}", "", _of(one.compact_seconds, one)),
        ("  floor: json.loads of the bytes", f"{one.floor_seconds:.2f}", "", "1.0 x floor"),
        ("  10 million additions", f"{one.loop_seconds:.2f}", "", _of(one.loop_seconds, one)),
        ("microseconds per event", f"{per_event:.1f}", "20.0", f"{per_event / 20:.2f}"),
        ("events per second", f"{one.events / one.seconds:,.0f}", "50,000", ""),
        ("MB per second", f"{one.megabytes / one.seconds:.1f}", "", ""),
        ("peak memory, MB", f"{one.peak_megabytes:.0f}", "500", f"{one.peak_megabytes / 500:.2f}"),
    ]


def _of(seconds: float, one: Speed) -> str:
    return f"{seconds / one.floor_seconds:.1f} x floor"


def _token_lines(one: TokenFigures) -> list[Line]:
    return [
        (f"tokens per event, {one.events} events", f"{one.ours:.1f}", "28.0", f"{one.ours / 28:.2f}"),
        ("  pretty JSON", f"{one.pretty_json:.1f}", "", f"{one.pretty_json / one.ours:.1f} x ours"),
        ("  the reference's rows", f"{one.reference_rows:.1f}", "", f"{one.reference_rows / one.ours:.1f} x ours"),
        ("tokens of the dearest id", str(one.id_tokens), "3", f"{one.id_tokens / 3:.2f}"),
        ("wrong ids caught, rows that exist", f"{one.wrong_ids_caught:.1%}", "95%", f"{one.wrong_ids_caught / 0.95:.2f}"),
        ("wrong ids caught, any", f"{one.random_ids_caught:.1%}", "95%", f"{one.random_ids_caught / 0.95:.2f}"),
    ]  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
