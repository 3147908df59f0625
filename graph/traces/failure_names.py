"""Which names of events say that something failed: ``payment_error``, ``UploadFailed``, ``login:timeout``."""

from __future__ import annotations

from itertools import pairwise
from typing import cast

import re2


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_WORD = re2.compile(r"[A-Z]?[a-z]+|[A-Z]+|[0-9]+|[^\W\d_]+")

_FAILURES = _words("""
    blocked bug bugs crash crashed declined denied error errored errors exception exceptions expired fail
    failed failing fails failure failures fatal forbidden frozen invalid refused rejected timeout timedout
    unavailable unauthorized unauthorised unhandled unresponsive
    fehler fehlgeschlagen erreur echec erro fallo fout
""")

_ABOUT = _words("""
    ad ads adblock bugreport cleared dismissed fixed handled reported report reporting recovered resolved
    retried test tested
""")
"""Words that make it a report about a failure, its end, or something that was meant to be stopped."""

_PAIRS = frozenset({("not", "found"), ("timed", "out"), ("out", "stock"), ("could", "not")})


def names_failure(name: str) -> bool:
    """Whether an event of the application is named after something that failed."""
    words = [word.lower() for word in cast("list[str]", _WORD.findall(name[:200]))]
    if _ABOUT.intersection(words):
        return False
    return bool(_FAILURES.intersection(words)) or any(pair in _PAIRS for pair in pairwise(words))
