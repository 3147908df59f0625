"""Effect-aware friction signals: pure, local, the same for the same recording.

Three families: what clicks did (``click_signals``), what the page, the console and the network said
(``message_signals``), and how the session went on (``flow_signals``).
"""

from __future__ import annotations

from graph.traces.click_signals import click_signals
from graph.traces.context import Context
from graph.traces.flow_signals import flow_signals
from graph.traces.message_signals import message_signals
from graph.traces.sum_signals import sum_signals
from graph.traces.trace import Signal


def find_signals(context: Context) -> tuple[Signal, ...]:
    """All signals of a session, in the order of the rows that carry them."""
    click_signals(context)
    message_signals(context)
    flow_signals(context)
    sum_signals(context)
    return tuple(sorted(context.signals, key=lambda one: (one.ordinal, one.kind, one.words)))
