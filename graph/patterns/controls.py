"""What an element key tells: whether it is operated, and how far its name says which one it is."""

from __future__ import annotations

from enum import Enum
from functools import lru_cache

from graph.patterns.vocabulary import GENERIC_CONTROL_WORDS
from graph.patterns.wording import control_words

INERT_ROLES = frozenset(
    {
        "area",
        "text",
        "heading",
        "image",
        "overlay",
        "dialog",
        "alert",
        "tabpanel",
        "unknown",
        "event",
        "step",
    }
)
"""Roles in element keys that are not meant to be operated."""


class Naming(Enum):
    """How far the name of a control tells which control it is."""

    GENERIC = 0
    """``Save``, ``Continue``: every form has one."""
    ONE_WORD = 1
    """``Refund``: the same control within one section of the site."""
    DISTINCT = 2
    """``Add to cart``: the same control wherever it stands."""


@lru_cache(maxsize=16_384)
def naming_of(element: str) -> Naming:
    """How far the name in an element key tells which control it is."""
    words = control_words(element)
    if all(word in GENERIC_CONTROL_WORDS for word in words):
        return Naming.GENERIC
    return Naming.DISTINCT if len(words) >= 2 else Naming.ONE_WORD


def is_control(element: str) -> bool:
    """Whether the element of a key is meant to be operated."""
    return bool(element) and element.partition(":")[0] not in INERT_ROLES
