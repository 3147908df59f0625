"""Contradictions between the amounts on a page, and what proves nothing."""

from __future__ import annotations

import pytest

from graph.traces.numbers import amount_of, labelled_amounts
from graph.traces.observed import Reading
from graph.traces.sum_signals import two_totals, wrong_step, wrong_sum

Pairs = list[tuple[str, float]]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("$1,234.50", 1234.5),
        ("1.234,50 €", 1234.5),
        ("€ 5", 5.0),
        ("- 5,00 €", -5.0),
        ("-$12.00", -12.0),
        ("CHF 1'200", 1200.0),
        ("12", None),
        ("$12 per night", None),
        ("3 × $4.00", None),
        ("", None),
        ("$", None),
    ],
)
def test_one_amount(text: str, amount: float | None) -> None:
    """A text that is an amount and nothing else, in the ways that shops write it."""
    assert amount_of(text) == amount


def test_amounts_have_labels() -> None:
    """The label stands before the amount, in its own text or in the same one."""
    texts = ["Your order", "Subtotal", "$20.00", "Shipping: $5.00", "Total", "$25.00", "$9.00"]
    assert labelled_amounts(texts) == (("subtotal", 20.0), ("shipping", 5.0), ("total", 25.0))


@pytest.mark.parametrize(
    ("pairs", "proved"),
    [
        ([("subtotal", 20.0), ("shipping", 5.0), ("total", 25.0)], False),
        ([("subtotal", 20.0), ("shipping", 5.0), ("total", 20.0)], True),
        ([("subtotal", 20.0), ("discount", 5.0), ("total", 15.0)], False),
        ([("subtotal", 20.0), ("discount", -5.0), ("total", 20.0)], True),
        ([("subtotal", 20.0), ("tax incl.", 3.2), ("total", 20.0)], False),
        ([("subtotal", 19.99), ("tax", 1.60), ("total", 21.60)], False),
        ([("subtotal", 20.0), ("mystery", 5.0), ("total", 20.0)], False),
        ([("price", 20.0), ("total", 25.0)], False),
        ([("subtotal", 20.0), ("shipping", 5.0)], False),
        ([], False),
    ],
)
def test_a_total_that_is_not_the_sum(pairs: Pairs, proved: bool) -> None:
    """Proved only where every line between subtotal and total is known."""
    assert bool(wrong_sum(pairs)) is proved


def reading(amounts: Pairs, *, page: str = "/cart", counts: tuple[str, ...] = ()) -> Reading:
    return Reading(ms=1_000, page=page, amounts=tuple(amounts), counts=counts)


SHIRT, MUG = ("shirt", 20.0), ("mug", 8.0)


@pytest.mark.parametrize(
    ("before", "after", "proved"),
    [
        ([SHIRT, ("total", 20.0)], [SHIRT, MUG, ("total", 28.0)], False),
        ([SHIRT, ("total", 20.0)], [SHIRT, MUG, ("total", 20.0)], True),
        ([SHIRT, MUG, ("total", 28.0)], [SHIRT, ("total", 20.0)], False),
        ([SHIRT, MUG, ("total", 28.0)], [SHIRT, ("total", 28.0)], True),
        ([SHIRT, ("total", 20.0)], [SHIRT, ("total", 20.0)], False),
        ([SHIRT], [SHIRT, MUG], False),
    ],
)
def test_a_line_that_the_total_does_not_follow(before: Pairs, after: Pairs, proved: bool) -> None:
    """A line comes or goes, and the total moves by something else."""
    assert bool(wrong_step(reading(before), reading(after))) is proved


@pytest.mark.parametrize(
    ("after", "proved"),
    [
        (reading([SHIRT, ("total", 20.0)], page="/checkout"), False),
        (reading([SHIRT, ("total", 24.0)], page="/checkout"), True),
        (reading([SHIRT, MUG, ("total", 28.0)], page="/checkout"), False),
        (reading([SHIRT, ("total", 40.0)], page="/checkout", counts=("2",)), False),
        (reading([SHIRT, ("total", 24.0)], page="/cart"), False),
    ],
)
def test_two_totals_for_the_same_lines(after: Reading, proved: bool) -> None:
    """The same lines cost the same on the next page; another quantity may cost another sum."""
    assert bool(two_totals(reading([SHIRT, ("total", 20.0)]), after)) is proved
