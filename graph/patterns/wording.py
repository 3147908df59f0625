"""Recorded text as words: cleaned for a reader, masked for comparing, weighed for what it says."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from graph.patterns.linear import Expression
from graph.patterns.vocabulary import (
    GENERIC_CODE_WORDS,
    GENERIC_MESSAGE_WORDS,
    PERMISSION_WORDS,
    ROLE_WORDS,
    STOP_WORDS,
)

MASK = "#"
MAX_SHOWN = 80
"""Characters of recorded text that a title shows."""

MAX_WASTE = 20
"""Characters that are read for each one shown; the rest of a megabyte is not looked at."""

_ID = Expression(r"\b[0-9a-f][0-9a-f-]{7,}\b")
_NUMBER = Expression(r"[#\d]+(?:[.,:]\d+)*")
_PLACEHOLDER = Expression(r"\{[a-z_]*\}|<[a-z_]+>")
_WORD = Expression(r"[\p{L}\p{N}]+(?:['\x{2019}]\p{L}+)?")
_TECHNICAL = Expression(r"[.#>][a-z_-]|>")


def plain(text: str, limit: int = MAX_SHOWN) -> str:
    """One line for a reader: no control or direction characters, single spaces, capped.

    Recorded text can hold line breaks that fake a list entry and marks that turn the reading
    direction around; neither may reach a title.
    """
    visible = "".join(
        " " if unicodedata.category(char) in {"Cc", "Zl", "Zp"} else char
        for char in text[: limit * MAX_WASTE]
        if unicodedata.category(char) not in {"Cf", "Cs", "Co"}
    )
    line = " ".join(visible.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


@lru_cache(maxsize=16_384)
def masked(text: str) -> str:
    """The same for texts that differ in numbers, ids, letter case or spacing only."""
    folded = " ".join(text.casefold().split())
    placed = _PLACEHOLDER.replace(folded, MASK)
    return _NUMBER.replace(_ID.replace(placed, _mask_of), MASK)


def _mask_of(found: str) -> str:
    """An id holds a digit; ``defaced`` and ``dead-beef`` are words."""
    return MASK if any(char.isdigit() for char in found) else found


@lru_cache(maxsize=16_384)
def words_of(text: str) -> tuple[str, ...]:
    """The words of a text, case-folded, in order; numbers are no words."""
    return tuple(word for word in _WORD.every(text.casefold()) if not word.isdecimal())


def telling_words(message: str) -> frozenset[str]:
    """The words of a message that another fault would hardly show."""
    said = {word for word in words_of(message) if len(word) > 1}
    return frozenset(said - STOP_WORDS - GENERIC_MESSAGE_WORDS - GENERIC_CODE_WORDS)


def about_permission(message: str) -> bool:
    """Whether a message refuses the user, whatever they asked for."""
    return not PERMISSION_WORDS.isdisjoint(words_of(message))


def control_words(element_key: str) -> tuple[str, ...]:
    """The name of an element as words, without its kind; empty for one known by its markup only.

    A key is ``button:pay now`` or, for an element without a name of its own, ``button:item .remove``
    or ``area:#main div>span``.
    """
    kind, colon, name = element_key.partition(":")
    name = name if colon else kind
    if name.startswith("item ") or _TECHNICAL.search(name) is not None:
        return ()
    return tuple(
        word
        for word in words_of(name)
        if word not in ROLE_WORDS and word not in STOP_WORDS and len(word) > 1
    )


@lru_cache(maxsize=16_384)
def stem(word: str) -> str:
    """A word without its commonest English endings; for comparing only, never shown."""
    for ending, rest in (("ies", "y"), ("ing", ""), ("ed", ""), ("es", ""), ("s", ""), ("e", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            base = word[: -len(ending)] + rest
            return base[:-1] if len(base) > 3 and base[-1] == base[-2] else base
    return word
