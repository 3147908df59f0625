"""Recorded text enters a trace without what is personal or secret in it."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from graph.traces.masking import mask_text, mask_url, show, squeeze

CARD = "4111 1111 1111 1111"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Write to anna.berg+x@mail.example.org today", "Write to [email] today"),
        (f"Card {CARD} was charged", "Card [number] was charged"),
        ("Card 4111-1111-1111-1111", "Card [number]"),
        ("IBAN: DE89370400440532013000", "IBAN: [secret]"),
        (f"Bearer {JWT}", "Bearer [secret]"),
        (f"id {JWT} end", "id [secret] end"),
        ("key sk_live_4eC39HqLyjWDarjtT1zdp7dc", "key [secret]"),
        ("ghp_16C7e42F292c6912E7710c838347Ae178B4a", "[secret]"),
        ("password: hunter2", "password: [secret]"),
        ("run 0b54f1a2-7a1c-4c63-8f5e-0c6e1f0a9b11", "run [id]"),
        ("sha 9e107d9d372bb6826bd81d3542a419d6", "sha [id]"),
        ("Call +49 30 901820 456", "Call +[number]"),
    ],
)
def test_what_is_masked(text: str, shown: str) -> None:
    """Addresses, cards, accounts, tokens and keys become a word in brackets."""
    assert mask_text(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "Order 4711 of 12.05.2025, total $1,234.50",
        "Step 2 of 3",
        "3 rooms, 2 guests @ the lake",
        "Passengers: 4",
    ],
)
def test_what_stays(text: str) -> None:
    """Order numbers, prices, dates and plain words are what a reader needs."""
    assert mask_text(text) == text


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://x.test/a?password=hunter2&step=2", "/a?password=…&step=2"),
        ("https://x.test/a?creditcard=4111111111111111", "/a?creditcard=…"),
        ("https://x.test/a?email=anna@mail.example", "/a?email=…"),
        ("https://x.test/u/anna@mail.example/edit", "/u/[email]/edit"),
        ("https://x.test/o/0b54f1a2-7a1c-4c63-8f5e-0c6e1f0a9b11", "/o/[id]"),
        ("https://x.test/a?q=a%20long%20question", "/a?q=…"),
        ("https://x.test/#/cart?token=abc", "/#/cart?…"),
        ("https://x.test/a?tab=plans", "/a?tab=plans"),
    ],
)
def test_addresses(url: str, shown: str) -> None:
    """Of a URL the path and the names of its parameters stay, and values that say where one was."""
    assert mask_url(url) == shown


@given(st.text())
def test_shown_text_is_one_short_line(text: str) -> None:
    """Nothing recorded breaks out of its row: no line ends, no characters that turn direction."""
    shown = show(text)
    assert len(shown) <= 80
    assert "\n" not in shown
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b")


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_white_space_collapses(text: str) -> None:
    """Words are separated by one space."""
    assert "  " not in squeeze(text)


@given(st.from_regex(r"[a-z]{1,8}@[a-z]{1,8}\.(com|org|de)", fullmatch=True), st.text(max_size=40))
def test_an_address_never_gets_through(address: str, around: str) -> None:
    """Whatever stands around it."""
    assert address not in mask_text(f"{around} {address} {around}")


def test_a_long_word_is_no_key() -> None:
    """A page's slug that begins like a key is a word, not a secret."""
    assert mask_text("skateboard-collection") == "skateboard-collection"
