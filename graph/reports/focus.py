"""Which patterns speak to the question somebody asked: by words, deterministically. Pure.

No model reads the question here. Words are compared by their stems; a word that most patterns
share singles out little and weighs little; a question made of general words ("what went wrong?")
asks for everything and selects nothing.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graph.patterns.pattern import Pattern
from graph.patterns.vocabulary import GENERIC_QUESTION_WORDS, STOP_WORDS
from graph.patterns.wording import stem, words_of

RELEVANT = 0.5
"""Patterns that match at least this much of what the best one matches speak to the question too."""

ALSO_CALLED: Mapping[str, str] = {
    "no_response": "button click clicks dead rage unresponsive nothing",
    "failed_request": "error fail failing failure server api request network",
    "error_shown": "error fail failing failure message",
    "error_after": "error fail failing failure exception javascript console",
    "exception": "error exception javascript crash",
    "console_error": "error javascript console",
    "spinner": "spinner spinning loading hang hanging endless wait waiting",
    "blank": "blank empty white crash",
    "slow": "slow late delay lag wait waiting loading speed performance latency",
    "lost_input": "lost lose losing data form typed empty",
    "refill": "form retype again",
    "validation": "validation form invalid refuse refused field reject",
    "silent": "feedback confirmation silent",
    "repeat_submit": "duplicate resubmit twice",
    "mismatch": "number total price sum amount incorrect",
    "no_results": "search results empty",
    "wander": "confused confusing confusion navigation navigate",
    "quick_back": "confused confusing confusion navigation navigate bounce",
    "hesitation": "confused confusing confusion hesitate unclear",
    "blocking": "blocked blocking",
    "abandonment": "abandon abandoned abandonment leave leaving quit drop",
    "confusion": "confused confusing confusion unclear",
}
"""What people call an effect or a kind when they ask about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relevance:
    """How patterns stand to a question."""

    asked: tuple[str, ...]
    """The words of the question that single something out, as they were written."""
    speaking: tuple[Pattern, ...]
    """Best match first; equal ones in the order given."""
    silent: tuple[Pattern, ...]
    matched: tuple[str, ...]
    """Those words of the question that a speaking pattern carries."""


def relevance_of(question: str, patterns: Sequence[Pattern]) -> Relevance:
    """Which patterns speak to a question. Both groups keep the order given among equals."""
    asked = asked_words(question)
    stems = {stem(word) for word in asked}
    carried = [_stems_of(pattern) & stems for pattern in patterns]
    weights = _weights(carried)
    scores = [sum(weights[word] for word in words) for words in carried]
    best = max(scores, default=0.0)
    speaks = [best > 0 and score >= RELEVANT * best for score in scores]
    order = sorted(range(len(patterns)), key=lambda place: -scores[place])
    used = {word for place, words in enumerate(carried) if speaks[place] for word in words}
    return Relevance(
        asked=asked,
        speaking=tuple(patterns[place] for place in order if speaks[place]),
        silent=tuple(pattern for place, pattern in enumerate(patterns) if not speaks[place]),
        matched=tuple(word for word in asked if stem(word) in used),
    )


def speaks_to(asked: Sequence[str], text: str) -> int:
    """How many of the words asked for a text carries."""
    return len({stem(word) for word in asked} & {stem(word) for word in words_of(text)})


def asked_words(question: str) -> tuple[str, ...]:
    """The words of a question that single something out, once each, in order."""
    told = [word.split("'")[0].split("\u2019")[0] for word in words_of(question)]
    general = STOP_WORDS | GENERIC_QUESTION_WORDS
    return tuple(dict.fromkeys(word for word in told if word not in general and len(word) > 1))


def _weights(carried: Sequence[set[str]]) -> Mapping[str, float]:
    counts = Counter(word for words in carried for word in words)
    return {word: math.log1p(len(carried) / count) for word, count in counts.items()}


def _stems_of(pattern: Pattern) -> set[str]:
    effects = {pattern.key.effect, pattern.kind.value}
    texts = [pattern.title, pattern.criterion, pattern.key.fingerprint, *pattern.pages]
    texts += [ALSO_CALLED.get(effect, "") for effect in effects]
    texts += [one.claim for one in pattern.occurrences[:5]]
    return {stem(word) for text in texts for word in words_of(text)}
