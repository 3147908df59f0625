"""The call layer: from a call to a checked answer.

One call is one or more attempts; one answer that cannot be used is told so and corrected once.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from graph.errors import DraftCutShort, DraftError, ModelDenied, ModelUnavailable
from graph.models.attempt import Reply, attempt_call
from graph.models.call import Answer, Message, ModelCall, TextReader
from graph.models.clients import ModelClients
from graph.models.deadlines import deadlines_of
from graph.models.exchange import Exchange
from graph.models.retry import pause_before_retry
from graph.models.roles import ModelChoice, Role, Roles
from graph.models.usage import TokenUsage
from graph.settings import Settings
from graph.tokens import count_tokens

T = TypeVar("T")

CORRECTION = (
    "This answer cannot be used: {problem}\n\nWrite the whole answer again, in the form asked for."
)

logger = logging.getLogger("snags.graph.models")


class CallLayer:
    """Asks models for one process; close it before its event loop ends."""

    def __init__(self, settings: Settings, roles: Roles) -> None:
        self._settings = settings
        self._clients = ModelClients(settings)
        self._dice = random.Random()  # noqa: S311 - spreads retries, keeps no secret
        self.roles = roles

    def for_run(self, run_id: str) -> RunModels:
        """The models of one run."""
        return RunModels(self, run_id)

    async def close(self) -> None:
        """Close every connection."""
        await self._clients.close()

    def choice(self, role: Role) -> ModelChoice:
        """The model of a role.

        Raises:
            ModelDenied: there is none.
        """
        choice = self.roles[role]
        if choice is None:
            raise ModelDenied(f"No model has the role {role.value!r}: {self.roles.reasons[role]}.")
        return choice

    async def reply_to(
        self, choice: ModelChoice, call: ModelCall, reader: TextReader | None
    ) -> Reply:
        """A reply that is an answer, after as many attempts as that takes.

        Raises:
            ModelError: none could be had.
        """
        client, deadlines = self._clients.chat_model(choice), deadlines_of(choice, self._settings)
        attempt = 0
        while True:
            attempt += 1
            try:
                return await attempt_call(client, choice, call, deadlines, Exchange(), reader)
            except ModelUnavailable as error:
                pause = pause_before_retry(error, attempt, self._dice)
                if pause is None:
                    raise
                logger.info("attempt failed", extra={"model": choice.model, "attempt": attempt})
                await asyncio.sleep(pause)


class RunModels:
    """The ``Models`` of one run."""

    def __init__(self, layer: CallLayer, run_id: str) -> None:
        self._layer = layer
        self._run_id = run_id

    @property
    def roles(self) -> Roles:
        return self._layer.roles

    async def ask(
        self, call: ModelCall, check: Callable[[str], T], reader: TextReader | None = None
    ) -> Answer[T]:
        choice = self._layer.choice(call.role)
        usage = TokenUsage()
        while True:
            reply = await self._layer.reply_to(choice, call, reader)
            usage += reply.usage or own_count(call, reply.text)
            try:
                value = _read(choice, reply, check)
            except DraftError as problem:
                if call.follow_up:
                    raise
                call = _corrected(call, reply, problem)
            else:
                return Answer(
                    value=value,
                    text=reply.text,
                    model=choice.model,
                    usage=usage,
                    cost_usd=choice.facts.cost_usd(usage),
                )


def _read(choice: ModelChoice, reply: Reply, check: Callable[[str], T]) -> T:
    if reply.cut_short:
        raise DraftCutShort(
            f"The answer of {choice.model!r} was cut at its limit, after "
            f"{count_tokens(reply.text)} tokens. Write a shorter one."
        )
    return check(reply.text)


def _corrected(call: ModelCall, reply: Reply, problem: DraftError) -> ModelCall:
    """The call that goes on with what was wrong with its answer."""
    told = Message("user", CORRECTION.format(problem=problem))
    return replace(call, follow_up=(Message("assistant", reply.text), told))


def own_count(call: ModelCall, answer: str) -> TokenUsage:
    """The tokens of a call by our own count, where the provider does not say."""
    said = [call.system, call.user, *(one.text for one in call.follow_up)]
    return TokenUsage(input=sum(map(count_tokens, said)), output=count_tokens(answer))
