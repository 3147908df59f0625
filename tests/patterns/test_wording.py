"""Recorded text as words."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from graph.patterns.wording import control_words, masked, plain, stem, telling_words


@given(st.text())
def test_plain_text_is_one_line_without_control_characters(text: str) -> None:
    """Whatever a page wrote, a reader sees one line that cannot turn direction or end a row."""
    shown = plain(text)
    assert len(shown) <= 80
    assert shown == " ".join(shown.split())
    assert all(char.isprintable() or char == " " for char in shown if char < "\x80")
    assert not set(shown) & set(
        "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\ufeff"
    )


@given(st.text())
def test_masking_twice_is_masking_once(text: str) -> None:
    """A masked text is its own mask, so that keys can be made canonical anywhere."""
    assert masked(masked(text)) == masked(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Order 4711 not found", "order 12 not  found"),
        ("Pay 12.00", "Pay 1,299.00"),
        ("GET /orders/{id}", "GET /orders/5"),
        ("id 9f86d081884c7d65", "id 60303ae22b998861"),
    ],
)
def test_numbers_ids_case_and_spacing_make_no_difference(one: str, other: str) -> None:
    """Texts that differ by chance are masked alike."""
    assert masked(one) == masked(other)


def test_generic_messages_tell_nothing() -> None:
    """Only words of the application's own make a message telling."""
    assert not telling_words("Oops! Something went wrong. Please try again later.")
    assert not telling_words("TypeError: Cannot read properties of undefined")
    assert telling_words("Your voucher cannot be combined") == {"voucher", "combined"}


def test_an_element_without_a_name_has_no_words() -> None:
    """Class names and tags are markup, not a name that two pages could share."""
    assert control_words("button:add to cart") == ("add", "cart")
    assert control_words("button:item .remove") == ()
    assert control_words("area:#main div>span") == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [("payments", "payment"), ("paying", "pay"), ("searches", "search"), ("saved", "save"),
     ("shipping", "ship"), ("companies", "company"), ("pages", "page")],
)  # fmt: skip
def test_endings_make_no_difference(one: str, other: str) -> None:
    """A question and a title meet whatever form the word has."""
    assert stem(one) == stem(other)
