"""Counting tokens offline, exactly as the o200k encoding does."""

from __future__ import annotations

from dataclasses import dataclass

import toktok

ENCODING = "o200k_base"


def count_tokens(text: str) -> int:
    """The number of o200k tokens of a text."""
    return toktok.batch_count([text], ENCODING, threads=1)[0]


def count_each(texts: list[str]) -> list[int]:
    """The number of o200k tokens of each text, in input order."""
    return toktok.batch_count(texts, ENCODING, threads=1)


@dataclass(frozen=True, slots=True)
class TokenBudget:
    """How many tokens one request may spend on its input."""

    limit: int

    def fits(self, text: str) -> bool:
        return count_tokens(text) <= self.limit
