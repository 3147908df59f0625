"""Words by which pages say that something failed, worked, is busy or was not found."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from graph.traces.wording import (
    fingerprint,
    is_analytics,
    is_noise,
    sounds_busy,
    sounds_empty,
    sounds_like_error,
    sounds_like_success,
    sounds_like_validation,
    submits,
    writes,
)

Table = list[tuple[Callable[[str], bool], str]]

SAYS: Table = [
    (sounds_like_error, "Something went wrong. Please try again."),
    (sounds_like_error, "We couldn't save your changes"),
    (sounds_like_error, "Payment declined"),
    (sounds_like_error, "500 Internal server error"),
    (sounds_like_error, "Ein Fehler ist aufgetreten"),
    (sounds_like_error, "Request timed out"),
    (sounds_like_validation, "Please enter a valid e-mail address"),
    (sounds_like_validation, "Password must be at least 8 characters"),
    (sounds_like_validation, "This field is required"),
    (sounds_like_success, "Saved"),
    (sounds_like_success, "Thank you for your order"),
    (sounds_like_success, "Invitation sent"),
    (sounds_busy, "Loading…"),
    (sounds_busy, "Saving..."),
    (sounds_busy, "Please wait"),
    (sounds_busy, "One moment"),
    (sounds_empty, "No results found"),
    (sounds_empty, "Nothing matches your search"),
    (sounds_empty, "0 items found"),
    (submits, "Place order"),
    (submits, "Next"),
    (writes, "Delete project"),
    (is_noise, "ResizeObserver loop completed with undelivered notifications."),
    (is_noise, "Uncaught at chrome-extension://abc/content.js"),
    (is_analytics, "https://eu.posthog.com/i/v0/e/"),
    (is_analytics, "https://stats.example/collect?v=2"),
]
SAYS_NOT: Table = [
    (sounds_like_error, "Your order has shipped"),
    (sounds_like_error, "Room 4041"),
    (sounds_like_error, "x" * 300 + " error"),
    (sounds_like_validation, "Your cart"),
    (sounds_like_success, "Could not be saved"),
    (sounds_like_success, "Your changes were not saved"),
    (sounds_like_success, "Continue"),
    (sounds_busy, "Our shipping partners"),
    (sounds_empty, "Notebook, 12 items"),
    (sounds_empty, "Find a room"),
    (submits, "About us"),
    (writes, "Search"),
    (is_noise, "TypeError: cart is undefined"),
    (is_analytics, "https://shop.test/api/orders"),
]


def case_id(value: object) -> str:
    return getattr(value, "__name__", str(value)[:40])


@pytest.mark.parametrize(("asks", "text"), SAYS, ids=case_id)
def test_it_says_so(asks: Callable[[str], bool], text: str) -> None:
    """What a person would read as such is read as such."""
    assert asks(text)


@pytest.mark.parametrize(("asks", "text"), SAYS_NOT, ids=case_id)
def test_it_does_not_say_so(asks: Callable[[str], bool], text: str) -> None:
    """Plain content with a similar word in it is content."""
    assert not asks(text)


def test_a_fingerprint_is_shared_by_sessions() -> None:
    """Numbers, ids and quoted names are no part of what makes a message the same one."""
    first = fingerprint("Order 4711 of 'Anna' failed (deadbeef01)")
    assert first == fingerprint("order 12 of 'Bo' failed (0badcafe99)")
    assert first != fingerprint("Order 4711 was lost")


@pytest.mark.parametrize("text", ["Loading dock 4", "Booking number 17"])
def test_a_noun_that_begins_like_a_wait(text: str) -> None:
    """Without an ellipsis, "Booking number 17" is a name, not a wait."""
    assert not sounds_busy(text)
