"""Contradictions between amounts on a page: what can be proved without knowing the application.

Three proofs, each within one session: a labelled subtotal, labelled additions and a total that is not
their sum; a line that came or went while the total moved by something else; the same lines on two
pages with two totals.
"""

from __future__ import annotations

from collections import Counter

from graph.traces.context import Context
from graph.traces.masking import show
from graph.traces.numbers import holds_digit, same_shape
from graph.traces.observed import ActionKind, Reading
from graph.traces.trace import SignalKind
from graph.traces.wording import holds_garbage

TOLERANCE = 0.011
"""A cent, for rounding."""

MAX_LINES = 5
MAX_UNITS = 10_000
_PER_UNIT = ("per ", "each", "/ ", "a seat", "a night", "a person", "a month", "unit", "apiece")
MAX_QUANTITY = 20
MAX_NUMBERS = 40
"""Texts that one action is looked at for; a redraw of a whole list takes nothing back."""

REVERT_MS = 6_000
"""How soon a number must move back to be taken back; later is something else."""

_TOTALS = (
    "total", "grand total", "order total", "amount due", "to pay", "you pay", "balance due", "due today",
    "total to pay", "total due", "due now", "due at", "sum", "in all", "altogether",
)  # fmt: skip
_SUBTOTALS = ("subtotal", "sub-total", "sub total", "items total", "goods")
_SIGNS = {
    "discount": -1.0, "voucher": -1.0, "coupon": -1.0, "promo": -1.0, "credit": -1.0, "saving": -1.0,
    "shipping": 1.0, "delivery": 1.0, "tax": 1.0, "vat": 1.0, "fee": 1.0, "service": 1.0, "postage": 1.0,
    "handling": 1.0, "cleaning": 1.0, "tip": 1.0, "insurance": 1.0,
}  # fmt: skip


def sum_signals(context: Context) -> None:
    """Every contradiction, once for each page and proof."""
    _garbage(context)
    _reverted(context)
    told: set[tuple[str, str]] = set()
    before: Reading | None = None
    for reading in context.seen.readings:
        proofs = [
            ("sum", wrong_sum(list(reading.amounts))),
            ("lines", wrong_lines(list(reading.amounts), reading.counts)),
            ("product", wrong_product(list(reading.amounts), reading.counts)),
        ]
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
                _rows(context, reading),
                f"on {reading.page}: {words}",
                strength=0.9,
                fingerprint="the total contradicts its lines",
            )


def _garbage(context: Context) -> None:
    """A value that no page means to show, once for each page."""
    told: set[str] = set()
    for mark in context.seen.marks:
        if mark.kind != "garbage":
            continue
        row = context.nearest_row(mark.ms)
        page = next((v.page.template for v in reversed(context.seen.views) if v.ms <= mark.ms), "")
        if page in told:
            continue
        told.add(page)
        value = holds_garbage(mark.words)
        context.add(
            SignalKind.MISMATCH,
            [row],
            f'the page shows "{show(mark.words, 60)}"',
            strength=0.8,
            fingerprint=f"shows {value.lower()}",
            end_ms=mark.ms,
        )


def _reverted(context: Context) -> None:
    """A number that moved when the user asked for it, and moved back by itself."""
    for action in context.seen.actions:
        response = context.response(action)
        if response.errors or action.kind is not ActionKind.CLICK:
            continue
        came_back = {text for _, text in response.vanished} & {
            text for _, text in response.appeared
        }
        for first, old in response.vanished[:MAX_NUMBERS]:
            if old not in came_back or not holds_digit(old):
                continue
            back = [
                d
                for d, text in response.appeared
                if text == old and first + 300 < d < first + REVERT_MS
            ]
            new = [
                text
                for d, text in response.appeared
                if d == first and text != old and same_shape(text, old)
            ]
            if (
                not back
                or not new
                or not any(d == back[0] and t == new[0] for d, t in response.vanished)
            ):
                continue
            context.add(
                SignalKind.LOST_INPUT,
                [context.row(action)],
                f'after click on {action.element.words} "{show(new[0], 30)}" was shown and went back to '
                f'"{show(old, 30)}" {(back[0] - first) / 1000:.1f} s later',
                strength=0.7,
                fingerprint="went back by itself",
                end_ms=action.ms + back[0],
            )
            break


def _rows(context: Context, reading: Reading) -> list[int]:
    """The row that led to what was read: the last action or page view before it."""
    rows = [(one.ms, context.row(one)) for one in context.seen.actions if one.ms < reading.ms]
    rows += [
        (view.ms, context.row_of_view[place])
        for place, view in enumerate(context.seen.views)
        if view.ms < reading.ms and place in context.row_of_view
    ]
    return [max(rows)[1]] if rows else [context.nearest_row(reading.ms)]


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


def wrong_lines(pairs: list[tuple[str, float]], counts: tuple[str, ...]) -> str:
    """A breakdown with a known addition, and a total that no choice of its lines adds up to.

    Lines may stand for unit prices, so each may count as often as a quantity on the page says.
    """
    place = next((i for i, (label, _) in enumerate(pairs) if is_total(label)), -1)
    lines = pairs[max(0, place - MAX_LINES) : place] if place > 0 else []
    if not lines or not any(word in label for label, _ in lines for word in _SIGNS):
        return ""
    if any(label.startswith(_SUBTOTALS) for label, _ in lines):
        return ""  # judged by wrong_sum, which knows more
    total = pairs[place][1]
    often = {0, 1} | {int(one) for one in counts if 1 < int(one) <= MAX_QUANTITY}
    sums = {0.0}
    for label, amount in lines:
        signed = -abs(amount) if any(w in label and s < 0 for w, s in _SIGNS.items()) else amount
        sums = {round(have + signed * n, 2) for have in sums for n in often}
    if any(abs(one - total) <= TOLERANCE for one in sums):
        return ""
    told = " + ".join(f"{label} {amount:.2f}" for label, amount in lines)
    return f"{told} cannot make {pairs[place][0]} {total:.2f}"


def wrong_product(pairs: list[tuple[str, float]], counts: tuple[str, ...]) -> str:
    """One price for one unit, one quantity, and a total that is not their product."""
    quantities = {int(one) for one in counts if 0 < int(one) <= MAX_UNITS}
    if len(pairs) != 2 or len(quantities) != 1:
        return ""
    (label, price), (name, total) = pairs
    quantity = quantities.pop()
    if not is_total(name) or not any(word in label for word in _PER_UNIT):
        return ""
    if abs(price * quantity - total) <= TOLERANCE or price <= 0:
        return ""
    return f"{quantity} at {label} {price:.2f} is {price * quantity:.2f}, yet {name} is {total:.2f}"


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
