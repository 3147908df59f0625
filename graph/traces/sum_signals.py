"""Contradictions between amounts on a page: what can be proved without knowing the application.

Three proofs, each within one session: a labelled subtotal, labelled additions and a total that is not
their sum; a line that came or went while the total moved by something else; the same lines on two
pages with two totals.
"""

from __future__ import annotations

from collections import Counter

from graph.traces.context import Context
from graph.traces.observed import Reading
from graph.traces.trace import SignalKind

TOLERANCE = 0.011
"""A cent, for rounding."""

_TOTALS = (
    "total", "grand total", "order total", "amount due", "to pay", "you pay", "balance due", "due today",
    "total to pay", "total due",
)  # fmt: skip
_SUBTOTALS = ("subtotal", "sub-total", "sub total", "items total", "goods")
_SIGNS = {
    "discount": -1.0, "voucher": -1.0, "coupon": -1.0, "promo": -1.0, "credit": -1.0, "saving": -1.0,
    "shipping": 1.0, "delivery": 1.0, "tax": 1.0, "vat": 1.0, "fee": 1.0, "service": 1.0, "postage": 1.0,
    "handling": 1.0, "cleaning": 1.0, "tip": 1.0, "insurance": 1.0,
}  # fmt: skip


def sum_signals(context: Context) -> None:
    """Every contradiction, once for each page and proof."""
    told: set[tuple[str, str]] = set()
    before: Reading | None = None
    for reading in context.seen.readings:
        proofs = [("sum", wrong_sum(list(reading.amounts)))]
        if before is not None:
            proofs += [
                ("step", wrong_step(before, reading)),
                ("pages", two_totals(before, reading)),
            ]
        before = reading
        for name, words in proofs:
            if not words or (reading.page, name) in told:
                continue
            told.add((reading.page, name))
            context.add(
                SignalKind.MISMATCH,
                _rows(context, reading, name),
                f"on {reading.page}: {words}",
                strength=0.9,
                fingerprint="the total contradicts its lines",
            )


def _rows(context: Context, reading: Reading, proof: str) -> list[int]:
    """The row that led to the reading: the last action before it, for a step the one that caused it."""
    earlier = [one for one in context.seen.actions if one.ms < reading.ms]
    if proof == "step" and earlier:
        return [context.row(earlier[-1])]
    return [context.nearest_row(reading.ms)]


def _total(reading: Reading) -> float | None:
    found = [amount for label, amount in reading.amounts if is_total(label)]
    return found[-1] if found else None


def is_total(label: str) -> bool:
    """True for the label of what is to be paid in the end."""
    return label.startswith(_TOTALS) and not label.startswith(_SUBTOTALS)


def _lines(reading: Reading) -> Counter[tuple[str, float]]:
    return Counter((label, amount) for label, amount in reading.amounts if not is_total(label))


def wrong_sum(pairs: list[tuple[str, float]]) -> str:
    """A labelled subtotal, labelled additions, and a total that is not their sum."""
    for start, (label, subtotal) in enumerate(pairs):
        if not label.startswith(_SUBTOTALS):
            continue
        expected, parts = subtotal, [f"{label} {subtotal:.2f}"]
        for name, amount in pairs[start + 1 : start + 7]:
            if is_total(name):
                if abs(expected - amount) <= TOLERANCE:
                    return ""
                return f"{' + '.join(parts)} is {expected:.2f}, yet {name} is {amount:.2f}"
            sign = next((value for word, value in _SIGNS.items() if word in name), None)
            if sign is None:
                break  # an unknown line: nothing can be proved
            if "incl" in name:
                continue
            signed = -abs(amount) if sign < 0 else amount
            expected += signed
            parts.append(f"{name} {signed:.2f}")
    return ""


def wrong_step(before: Reading, after: Reading) -> str:
    """A line came or went, and the total moved by something else."""
    if before.page != after.page or before.counts != after.counts:
        return ""
    first, second = _total(before), _total(after)
    came, went = _lines(after) - _lines(before), _lines(before) - _lines(after)
    if first is None or second is None or not (came or went) or sum((came + went).values()) > 3:
        return ""
    if any(label.startswith(_SUBTOTALS) for label, _ in (came + went)):
        return ""
    expected = sum(amount * n for (_, amount), n in came.items()) - sum(
        amount * n for (_, amount), n in went.items()
    )
    moved = second - first
    if abs(expected - moved) <= TOLERANCE:
        return ""
    names = ", ".join(f"{label} {amount:.2f}" for label, amount in (came or went))
    verb = "came" if came else "went"
    return f"{names} {verb}, and the total moved from {first:.2f} to {second:.2f}"


def two_totals(before: Reading, after: Reading) -> str:
    """The same lines on two pages, with two totals."""
    if before.page == after.page or before.counts != after.counts:
        return ""
    first, second = _total(before), _total(after)
    if first is None or second is None or abs(first - second) <= TOLERANCE:
        return ""
    lines = _lines(before)
    if not lines or lines != _lines(after):
        return ""
    return (
        f"the total was {first:.2f} on {before.page} and is {second:.2f} here, with the same lines"
    )
