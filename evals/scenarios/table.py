"""Writes ``docs/signals.md``: our verdicts on the twelve scenarios beside nine vendors' rules."""

from __future__ import annotations

import sys
from pathlib import Path

from evals.scenarios.catalog import SCENARIOS, VENDORS, Scenario
from graph.sources.folder import open_source
from graph.traces.compact import compact
from graph.traces.trace import SignalKind, Trace

RECORDINGS = Path(__file__).parent / "recordings"
PAGE = Path(__file__).parents[2] / "docs" / "signals.md"

_VERDICTS = (
    ("rage", frozenset({SignalKind.RAGE, SignalKind.SLOW_RAGE})),
    ("dead", frozenset({SignalKind.DEAD, SignalKind.UNRESPONSIVE})),
    ("slow", frozenset({SignalKind.SLOW, SignalKind.SPINNER})),
)


def traces() -> dict[str, Trace]:
    """The traces of the recorded scenarios, by letter."""
    source = open_source([RECORDINGS])
    return {Path(ref.file).stem: compact(source.read(ref)) for ref in source.list().refs}


def verdict_of(trace: Trace) -> str:
    """Our verdict in one word."""
    kinds = {signal.kind for signal in trace.signals}
    return next((name for name, ours in _VERDICTS if kinds & ours), "-")


def wrong(scenario: Scenario, verdict: str) -> bool:
    """True where another rule's letters miss the truth: too much on what is fine, nothing on what is not."""
    if scenario.truth == "fine":
        return verdict != "-"
    if scenario.truth.endswith("slow"):
        return "s" not in verdict
    return "R" not in verdict if scenario.truth.endswith("rage") else "D" not in verdict


def render() -> str:
    """The page, from the recordings."""
    ours = {letter: verdict_of(trace) for letter, trace in traces().items()}
    head = "| scenario | truth | Snags | " + " | ".join(VENDORS) + " |"
    rule = "|---" * (3 + len(VENDORS)) + "|"
    rows = [
        f"| {one.letter}: {one.words} | {one.truth} | **{ours[one.letter]}** | "
        + " | ".join(one.others)
        + " |"
        for one in SCENARIOS
    ]
    missed = [
        str(sum(wrong(one, one.others[place]) for one in SCENARIOS))
        for place in range(len(VENDORS))
    ]
    own = sum(ours[one.letter] != one.expected for one in SCENARIOS)
    last = f"| missed, of {len(SCENARIOS)} | | **{own}** | " + " | ".join(missed) + " |"
    return _TEXT.format(table="\n".join([head, rule, *rows, last]))


_TEXT = """# Signals: twelve scenarios, ten rule sets

Written by `python -m evals.scenarios.table`; do not edit by hand. Our column is computed from the recordings in
`evals/scenarios/recordings`, made with the stock rrweb recorder in Chromium (`python -m evals.scenarios.record`).
The other columns are the default rules of those products as their public sources and documentation state them,
applied to the same scenarios: R rage, D dead or unresponsive, s slow. They are defaults; some can be tuned.

{table}

## What ours does differently

- **Rage is repetition without effect.** A stepper that counts is no rage, however fast it is pressed. Three clicks
  within a second of each other and 30 px are rage; three on one element within 7 s each are patient rage.
- **An effect is new.** A place that changed twice by itself in the 30 s before a click is a ticker, a clock or a
  spinner, and its next change answers nothing.
- **An effect belongs to its cause.** The change that follows a request's end belongs to the click that started the
  request, also when the user did something else meanwhile. A message of an earlier action that goes away by
  itself answers nothing. What only time ties to a click must come within 7 s.
- **Cosmetics are none.** A ripple, a focus ring or a hover class inside the control that was clicked is no answer; text
  that was redrawn with the same words is no change.
- **Late is not dead.** From 1 s on an answer is slow; a click counts as unanswered when nothing came at all and at
  least 2.5 s of recording follow.
- Clicks into fields, on what is already selected, and on links that leave the page need no answer.
"""


def main() -> None:
    """Write the page."""
    PAGE.write_text(render(), encoding="utf-8")
    sys.stdout.write(f"wrote {PAGE.name}\n")


if __name__ == "__main__":
    main()
