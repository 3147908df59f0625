"""Reading labelled amounts off a page, so that contradictions between them can be proved."""

from __future__ import annotations

from typing import cast

import re2

_AMOUNT = re2.compile(
    r"(?:(-|−|–)\s*)?(?:([$€£¥₹]|(?:USD|EUR|GBP|CHF|kr)\b)\s*)?(-|−)?(\d{1,3}(?:[ ,.'’]\d{3})*(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?)\s*([$€£¥₹]|(?:USD|EUR|GBP|CHF|kr)\b)?"
)
_MARKS = ("$", "€", "£", "¥", "₹", "USD", "EUR", "GBP", "CHF", "kr")
_CURRENCY = re2.compile(r"[$€£¥₹]|\b(?:USD|EUR|GBP|CHF|kr)\b")


_NUMBER_SIGNS = str.maketrans("", "", "0123456789.,")


def holds_digit(text: str) -> bool:
    return any(sign.isdigit() for sign in text[:60])


def same_shape(one: str, other: str) -> bool:
    """True where two texts differ in the digits of their numbers only."""
    if one == other or len(one) > 200 or len(other) > 200:
        return False
    bare = one.translate(_NUMBER_SIGNS)
    return bare != one and bare == other.translate(_NUMBER_SIGNS) and holds_digit(one)


def holds_money(text: str) -> bool:
    """A cheap look for a currency before anything dearer is tried."""
    return any(mark in text for mark in _MARKS)


def amount_of(text: str) -> float | None:
    """The one amount a short text consists of (``$1,234.50``, ``- 5,00 €``), or None."""
    if len(text) > 24 or not holds_money(text):
        return None
    match = _AMOUNT.search(text)
    if match is None or not _CURRENCY.search(text):
        return None
    rest = (text[: match.start()] + text[match.end() :]).strip(" :()+\u00a0")
    if rest:
        return None
    minus, _, inner_minus, digits, _ = cast("tuple[str | None, ...]", match.groups())
    value = _number(digits or "0")
    return -value if minus or inner_minus else value


def _number(digits: str) -> float:
    plain = digits.replace(" ", "").replace("'", "").replace("’", "")
    if "," in plain and "." in plain:
        decimal = max(plain.rfind(","), plain.rfind("."))
        whole = plain[:decimal].replace(",", "").replace(".", "")
        return float(f"{whole}.{plain[decimal + 1 :]}")
    for mark in (",", "."):
        if mark in plain:
            head, _, tail = plain.rpartition(mark)
            if len(tail) == 3 and plain.count(mark) >= 1 and len(head) <= 3:
                return float(plain.replace(mark, ""))
            return float(f"{head.replace(mark, '')}.{tail}")
    return float(plain)


def labelled_amounts(texts: list[str]) -> tuple[tuple[str, float], ...]:
    """(label, amount) pairs: a text without digits followed by an amount, or both in one text."""
    found: list[tuple[str, float]] = []
    label = ""
    for text in texts:
        amount = amount_of(text)
        if amount is not None:
            if label:
                found.append((label, amount))
            label = ""
            continue
        head, tail = _split_label(text)
        if head and tail is not None:
            found.append((head, tail))
            label = ""
        elif len(text) <= 60:
            label = text.lower().strip(" :*")
        else:
            label = ""
    return tuple(found)


def _split_label(text: str) -> tuple[str, float | None]:
    if len(text) > 80 or not holds_money(text):
        return "", None
    match = _CURRENCY.search(text)
    if match is None:
        return "", None
    for separator in (":", " "):
        head, mark, tail = text.rpartition(separator) if separator == ":" else text.rpartition(" ")
        if mark and (amount := amount_of(tail.strip())) is not None:
            head = head.strip(" :=")
            # "Total (3 nights) €" keeps its currency sign on the left of the number
            return head.lower().rstrip("$€£¥₹ :"), amount
    return "", None
