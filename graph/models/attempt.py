"""One attempt to get an answer: streamed under deadlines, and judged in one place.

The clients call a stream that ends early, is cut by its limit, or was filtered, a success. Here an
answer is one only with the finish reason of a whole answer, and with text.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, cast

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk
from langchain_core.messages.ai import UsageMetadata, add_usage

from graph.errors import ModelRefused, ModelUnavailable
from graph.models.call import ModelCall, TextReader
from graph.models.deadlines import Deadlines
from graph.models.exchange import CURRENT, Exchange
from graph.models.parameters import messages_of, parameters_of
from graph.models.provider_errors import PROVIDER_ERRORS, as_model_error
from graph.models.roles import ModelChoice
from graph.models.usage import TokenUsage

WHOLE = frozenset({"stop"})
"""Finish reasons of a whole answer, in lower case."""
CUT = frozenset({"length", "max_tokens"})
REFUSED = frozenset(
    {
        "content_filter",
        "safety",
        "recitation",
        "blocklist",
        "prohibited_content",
        "spii",
        "image_safety",
        "model_armor",
    }
)

MAX_CHARACTERS = 400_000
"""Of one answer, whatever was asked for: a server that never ends must not fill the memory."""


@dataclass(slots=True)
class Reply:
    """What has come of one attempt so far, whatever becomes of it."""

    text: str = ""
    finish: str = ""
    refusal: str = ""
    usage: TokenUsage | None = None
    """As the provider counted it; None where it did not say."""

    @property
    def cut_short(self) -> bool:
        """True where it stopped at the most tokens it may have: paid for, and no use as it is."""
        return self.finish.lower() in CUT


async def attempt_call(
    client: BaseChatModel,
    choice: ModelChoice,
    call: ModelCall,
    deadlines: Deadlines,
    exchange: Exchange,
    reader: TextReader | None,
) -> Reply:
    """Ask once, and return the reply if it is an answer, or one that was cut at its limit.

    Raises:
        ModelError: it is none; the leaf says what may help.
    """
    reply = Reply()
    token = CURRENT.set(exchange)
    try:
        async with asyncio.timeout(deadlines.whole):
            await _read_stream(client, choice, call, deadlines, reply, reader)
    except PROVIDER_ERRORS as error:
        raise as_model_error(error, choice, exchange) from error
    finally:
        CURRENT.reset(token)
    judge(choice, reply)
    return reply


async def _read_stream(
    client: BaseChatModel,
    choice: ModelChoice,
    call: ModelCall,
    deadlines: Deadlines,
    reply: Reply,
    reader: TextReader | None,
) -> None:
    pieces: list[str] = []
    received = 0
    counted: UsageMetadata | None = None
    if reader is not None:
        reader.begin()
    stream = client.astream(messages_of(choice, call), **parameters_of(choice, call))
    async with aclosing(cast(Any, stream)) as chunks:
        while chunk := await _next(chunks, deadlines.stall if pieces else deadlines.first_text):
            if chunk.usage_metadata is not None:
                counted = add_usage(counted, chunk.usage_metadata)
            _note_end(chunk, reply)
            text = str(chunk.text)
            if text:
                pieces.append(text)
                if reader is not None:
                    reader.take(text)
            received += len(text)
            if received > MAX_CHARACTERS:
                raise ValueError(f"more than {MAX_CHARACTERS:,} characters")
    reply.text = "".join(pieces)
    reply.usage = _usage_of(counted)


async def _next(chunks: AsyncIterator[AIMessageChunk], seconds: float) -> AIMessageChunk | None:
    """The next piece of a stream; None at its end."""
    try:
        async with asyncio.timeout(seconds):
            return await anext(chunks)
    except StopAsyncIteration:
        return None
    except TimeoutError as error:
        raise TimeoutError(f"no text for {seconds:g} s") from error


def _note_end(chunk: AIMessageChunk, reply: Reply) -> None:
    metadata = cast(dict[str, Any], chunk.response_metadata)
    reply.finish = str(metadata.get("finish_reason") or reply.finish)
    blocked = metadata.get("prompt_feedback") or chunk.additional_kwargs.get("refusal")
    reply.refusal = str(blocked or reply.refusal)


def _usage_of(counted: UsageMetadata | None) -> TokenUsage | None:
    if counted is None:
        return None
    return TokenUsage(
        input=counted["input_tokens"],
        cached=counted.get("input_token_details", {}).get("cache_read", 0),
        output=counted["output_tokens"],
        reasoning=counted.get("output_token_details", {}).get("reasoning", 0),
    )


def judge(choice: ModelChoice, reply: Reply) -> None:
    """Whether a reply is an answer.

    Raises:
        ModelRefused: the provider will not answer this.
        ModelUnavailable: it came damaged, or empty.
    """
    finish = reply.finish.lower()
    if finish in REFUSED or reply.refusal:
        raise ModelRefused(
            f"{choice.model!r} refused to answer ({reply.refusal or reply.finish}). "
            "Choose another model for this role, or leave these sessions out."
        )
    if finish not in WHOLE | CUT:
        raise ModelUnavailable(
            f"The answer of {choice.model!r} ended early (finish reason {reply.finish!r})."
        )
    if finish in WHOLE and not reply.text.strip():
        raise ModelUnavailable(f"The answer of {choice.model!r} is empty.")
