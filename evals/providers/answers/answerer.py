"""The seam of answers, and the simple ones."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Protocol

from evals.providers.asked import Asked, Reply


class Answerer(Protocol):
    """Gives the answer to a request, or None where it is no request of its kind. Must not keep state by order."""

    def __call__(self, asked: Asked) -> Reply | None: ...


def echo(asked: Asked) -> Reply:
    """The last thing the user said, again."""
    return Reply(text=asked.user)


class Scripted:
    """Answers in the order given, whatever is asked; the last one goes on."""

    def __init__(self, *answers: str | Reply) -> None:
        self._answers = [one if isinstance(one, Reply) else Reply(text=one) for one in answers]
        self._lock = threading.Lock()
        self._next = 0

    def __call__(self, asked: Asked) -> Reply:
        del asked
        with self._lock:
            place = min(self._next, len(self._answers) - 1)
            self._next += 1
        return self._answers[place]


class Compromised:
    """A model that obeys an attacker: what it would have answered, changed."""

    def __init__(self, inner: Answerer, change: Callable[[Asked, Reply], Reply]) -> None:
        self._inner = inner
        self._change = change

    def __call__(self, asked: Asked) -> Reply | None:
        reply = self._inner(asked)
        return None if reply is None else self._change(asked, reply)


class FirstOf:
    """The first that knows the request; an echo where none does."""

    def __init__(self, answerers: Sequence[Answerer]) -> None:
        self._answerers = tuple(answerers)

    def __call__(self, asked: Asked) -> Reply:
        for one in self._answerers:
            if (reply := one(asked)) is not None:
                return reply
        return echo(asked)
