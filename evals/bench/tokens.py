"""What the events of one session cost a model, in three forms, and how good the ids are.

The reference's form is rows under one header with aliases for URLs and windows, absolute times and
ids of eight hex characters; its columns are those that it asks the product for.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from graph.ids import BLOCK_LETTERS, CHECK_LETTERS, MAX_ROWS, ordinal_of
from graph.sources.folder import open_source
from graph.sources.recording import ProductEvent, Recording
from graph.tokens import count_each, count_tokens
from graph.traces.compact import compact
from graph.traces.render import render_rows
from graph.traces.trace import Trace

NOISE = frozenset({"$feature_flag_called"})
"""Events that say nothing of a visit; both forms and ours are measured without them."""

TRIES = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenFigures:
    """Tokens of o200k per event, and the ids."""

    events: int
    pretty_json: float
    reference_rows: float
    ours: float
    id_tokens: int
    """The most that any form of id costs."""
    wrong_ids_caught: float
    """Share of made-up ids of the right form, for rows that exist, that are not taken."""
    random_ids_caught: float
    """Share of random ids of the right form that are not taken."""


def measure(file: Path) -> TokenFigures:
    """The figures for the first session of a file of product events."""
    source = open_source([file])
    whole = source.read(source.list().refs[0])
    events = [one for one in whole.product_events if one.name not in NOISE]
    recording = replace(whole, product_events=tuple(events))
    trace = compact(recording)
    texts = [_pretty(events), _reference(recording, events), render_rows(trace)]
    pretty, reference, ours = (count_tokens(text) / len(events) for text in texts)
    return TokenFigures(
        events=len(events),
        pretty_json=pretty,
        reference_rows=reference,
        ours=ours,
        id_tokens=_most_id_tokens(),
        wrong_ids_caught=_caught(trace, BLOCK_LETTERS[0], len(trace.rows)),
        random_ids_caught=_caught(trace, BLOCK_LETTERS, MAX_ROWS // len(BLOCK_LETTERS)),
    )


def _pretty(events: Sequence[ProductEvent]) -> str:
    return json.dumps([_columns(one) for one in events], indent=2)


def _columns(one: ProductEvent) -> dict[str, object]:
    return {
        "event": one.name,
        "timestamp": datetime.fromtimestamp(one.timestamp_ms / 1000, UTC).isoformat(),
        "elements_chain_href": one.element_href,
        "elements_chain_texts": [one.element_text] if one.element_text else [],
        "elements_chain_elements": [one.element_tag] if one.element_tag else [],
        "$window_id": one.window_id,
        "$current_url": one.url,
        "$event_type": one.interaction,
    }


def _reference(recording: Recording, events: Sequence[ProductEvent]) -> str:
    aliases: dict[str, str] = {}
    names = ["event_id", "event_index", *_columns(events[0])]
    rows: list[list[object]] = []
    for position, one in enumerate(events):
        columns = _columns(one)
        for name, kind in (("$current_url", "url"), ("$window_id", "window")):
            value = str(columns[name])
            columns[name] = aliases.setdefault(value, f"{kind}_{len(aliases) + 1}")
        seed = f"{recording.session_id}{position}{one.name}".encode()
        rows.append([hashlib.sha256(seed).hexdigest()[:8], position, *columns.values()])
    legend = {alias: value for value, alias in aliases.items()}
    return "\n".join(json.dumps(one) for one in (legend, names, *rows))


def _most_id_tokens() -> int:
    numbers = (0, 7, 10, 42, 99, 100, 314, 500, 777, 999)
    forms = [f"{a}{n}{z}" for a in BLOCK_LETTERS for n in numbers for z in CHECK_LETTERS]
    return max(count_each(forms))


def _caught(trace: Trace, letters: str, numbers: int) -> float:
    chance = random.Random(7)  # noqa: S311 (a sample, nothing secret)
    taken = 0
    for _ in range(TRIES):
        made_up = (
            f"{chance.choice(letters)}{chance.randrange(numbers)}{chance.choice(CHECK_LETTERS)}"
        )
        ordinal = ordinal_of(trace.session_id, made_up)
        taken += ordinal is not None and ordinal < len(trace.rows)
    return 1 - taken / TRIES
