"""A call as the clients take it: messages and parameters. Pure."""

from __future__ import annotations

import base64
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from graph.errors import SettingsError
from graph.models.call import Media, ModelCall
from graph.models.roles import ModelChoice

THINKING_TOKENS = {"none": 0, "minimal": 500, "low": 4_000, "medium": 12_000}
"""Output tokens kept free for what a model thinks before it answers, by its effort."""
MORE_THINKING_TOKENS = 25_000
"""The same for every effort above those; OpenAI's advice for a start."""


def output_tokens(choice: ModelChoice, call: ModelCall) -> int:
    """The most that the answer may take, thinking included."""
    thinking = 0
    if choice.effort is not None:
        thinking = THINKING_TOKENS.get(choice.effort, MORE_THINKING_TOKENS)
    return min(call.max_output_tokens + thinking, choice.facts.max_output)


def parameters_of(choice: ModelChoice, call: ModelCall) -> dict[str, Any]:
    """What goes with the messages of a call."""
    limit = output_tokens(choice, call)
    if choice.provider == "google":
        return {"max_output_tokens": limit, "media_resolution": "MEDIA_RESOLUTION_LOW"} | (
            {} if call.media else {"media_resolution": None}
        )
    return {"max_tokens": limit}


def messages_of(choice: ModelChoice, call: ModelCall) -> list[BaseMessage]:
    """The messages of a call; what never changes comes first, for the provider's prompt cache.

    Raises:
        SettingsError: the model cannot be shown what the call shows it.
    """
    content: str | list[str | dict[str, Any]] = call.user
    if call.media:
        content = [*(_part(choice, one) for one in call.media), {"type": "text", "text": call.user}]
    messages: list[BaseMessage] = [SystemMessage(call.system), HumanMessage(content)]
    for said in call.follow_up:
        speaker = HumanMessage if said.speaker == "user" else AIMessage
        messages.append(speaker(said.text))
    return messages


def _part(choice: ModelChoice, media: Media) -> dict[str, Any]:
    kind = media.mime_type.partition("/")[0]
    if choice.facts.sees == "nothing" or (kind == "video" and choice.facts.sees != "video"):
        raise SettingsError(
            f"Model {choice.model!r} cannot be shown {media.mime_type}; it sees "
            f"{choice.facts.sees}. Set SNAGS_MODEL_{choice.role.name} to one that can."
        )
    data = base64.b64encode(media.data).decode("ascii")
    if choice.provider == "google":
        # The standard "video" block would drop the frame rate.
        part: dict[str, Any] = {"type": "media", "mime_type": media.mime_type, "data": data}
        return part if media.fps is None else part | {"video_metadata": {"fps": media.fps}}
    return {"type": "image_url", "image_url": {"url": f"data:{media.mime_type};base64,{data}"}}
