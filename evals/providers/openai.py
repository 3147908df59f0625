"""OpenAI's chat completions and embeddings: requests read, answers written, errors as they come."""

from __future__ import annotations

import array
import base64
import json
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from evals.providers.asked import Asked, Reply, Said, Shown, Tool
from evals.providers.refusals import Refusal

ID = "chatcmpl-local"
SPEAKERS = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant"}


class _Open(BaseModel):
    model_config = ConfigDict(extra="allow")


class _Url(_Open):
    url: str


class _Part(_Open):
    type: str
    text: str = ""
    image_url: _Url | None = None


class _Function(_Open):
    name: str
    description: str = ""
    parameters: dict[str, Any] = Field(default_factory=dict[str, Any])
    arguments: str = ""


class _Called(_Open):
    function: _Function


class _Message(_Open):
    role: str
    content: str | list[_Part] | None = None
    tool_call_id: str = ""
    tool_calls: list[_Called] = Field(default_factory=list[_Called])


class _Tool(_Open):
    function: _Function


class _StreamOptions(_Open):
    include_usage: bool = False


class ChatRequest(_Open):
    """The body of ``POST /v1/chat/completions``."""

    model: str
    messages: list[_Message]
    stream: bool = False
    stream_options: _StreamOptions = _StreamOptions()
    tools: list[_Tool] = Field(default_factory=list[_Tool])
    max_tokens: int | None = None
    max_completion_tokens: int | None = None

    def asked(self) -> Asked:
        """The request, free of its protocol."""
        parameters = dict(self.model_extra or {})
        if self.max_tokens is not None:
            parameters["max_tokens"] = self.max_tokens
        return Asked(
            protocol="openai",
            model=self.model,
            said=tuple(_said(one) for one in self.messages),
            shown=tuple(_shown(part) for one in self.messages for part in _pictures(one)),
            tools=tuple(
                Tool(one.function.name, one.function.description, one.function.parameters)
                for one in self.tools
            ),
            stream=self.stream,
            max_output_tokens=self.max_completion_tokens or self.max_tokens,
            parameters={**parameters, "stream_usage": self.stream_options.include_usage},
        )


class EmbeddingRequest(_Open):
    """The body of ``POST /v1/embeddings``."""

    model: str
    input: str | list[str] | list[int] | list[list[int]]
    encoding_format: str = "float"

    @property
    def texts(self) -> list[str]:
        """What is embedded; token numbers stand for themselves."""
        if isinstance(self.input, str):
            return [self.input]
        if self.input and isinstance(self.input[0], int):
            return [" ".join(str(one) for one in self.input)]
        return [one if isinstance(one, str) else str(one) for one in self.input]


def _said(message: _Message) -> Said:
    text = (
        message.content
        if isinstance(message.content, str)
        else "\n".join(part.text for part in message.content or () if part.text)
    )
    called = tuple(one.function.name for one in message.tool_calls)
    if message.role == "tool":
        return Said("tool", text, message.tool_call_id)
    speaker = SPEAKERS.get(message.role, "user")
    if speaker == "system":
        return Said("system", text)
    return Said("assistant" if speaker == "assistant" else "user", text, tool_calls=called)


def _pictures(message: _Message) -> list[str]:
    if not isinstance(message.content, list):
        return []
    return [part.image_url.url for part in message.content if part.image_url]


def _shown(url: str) -> Shown:
    head, _, data = url.partition(";base64,")
    return Shown(head.removeprefix("data:"), base64.b64decode(data))


# Answers ---------------------------------------------------------------------------------------------


def usage_of(asked: Asked, reply: Reply) -> dict[str, Any]:
    """Tokens as OpenAI counts them out."""
    return {
        "prompt_tokens": asked.input_tokens,
        "completion_tokens": reply.output_tokens,
        "total_tokens": asked.input_tokens + reply.output_tokens,
        "prompt_tokens_details": {"cached_tokens": 0},
    }


def whole_answer(asked: Asked, reply: Reply, finish: str) -> bytes:
    """The JSON of an answer that is not streamed."""
    message: dict[str, Any] = {"role": "assistant", "content": reply.text or None}
    if reply.tool_calls:
        message["tool_calls"] = _tool_calls(reply)
    choice = {"index": 0, "message": message, "finish_reason": finish}
    body = {"id": ID, "object": "chat.completion", "created": 0, "model": asked.model}
    return json.dumps({**body, "choices": [choice], "usage": usage_of(asked, reply)}).encode()


def text_chunk(asked: Asked, text: str) -> bytes:
    """A piece of a streamed answer."""
    return _chunk(asked, {"content": text}, None)


def tool_chunks(asked: Asked, reply: Reply) -> Iterator[bytes]:
    """The calls of a streamed answer, each in two pieces, as models send them."""
    for place, call in enumerate(_tool_calls(reply)):
        function = call["function"]
        head = {**call, "index": place, "function": {"name": function["name"], "arguments": ""}}
        yield _chunk(asked, {"tool_calls": [head]}, None)
        rest = {"index": place, "function": {"arguments": function["arguments"]}}
        yield _chunk(asked, {"tool_calls": [rest]}, None)


def end_chunks(asked: Asked, reply: Reply, finish: str) -> Iterator[bytes]:
    """Finish reason, usage where it was asked for, and the terminal marker."""
    yield _chunk(asked, {}, finish)
    if asked.parameters.get("stream_usage"):
        body = {"id": ID, "object": "chat.completion.chunk", "created": 0, "model": asked.model}
        yield _event({**body, "choices": [], "usage": usage_of(asked, reply)})
    yield b"data: [DONE]\n\n"


def _chunk(asked: Asked, delta: dict[str, Any], finish: str | None) -> bytes:
    body = {"id": ID, "object": "chat.completion.chunk", "created": 0, "model": asked.model}
    choice = {"index": 0, "delta": {"role": "assistant", **delta}, "finish_reason": finish}
    return _event({**body, "choices": [choice]})


def _event(body: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(body).encode() + b"\n\n"


def _tool_calls(reply: Reply) -> list[dict[str, Any]]:
    return [
        {
            "id": f"call_{place}_{one.name}",
            "type": "function",
            "function": {"name": one.name, "arguments": json.dumps(one.arguments)},
        }
        for place, one in enumerate(reply.tool_calls)
    ]


def embeddings(request: EmbeddingRequest, vectors: list[list[float]]) -> bytes:
    """The JSON of embeddings; in base64 where that was asked for, as the client does."""
    as_text = request.encoding_format == "base64"
    data = [
        {"object": "embedding", "index": place, "embedding": _packed(one) if as_text else one}
        for place, one in enumerate(vectors)
    ]
    tokens = sum(len(text) // 4 + 1 for text in request.texts)
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return json.dumps(
        {"object": "list", "model": request.model, "data": data, "usage": usage}
    ).encode()


def _packed(vector: list[float]) -> str:
    return base64.b64encode(array.array("f", vector).tobytes()).decode()


def error(refusal: Refusal) -> bytes:
    """An error as OpenAI writes it."""
    kind = "invalid_request_error" if refusal.status < 500 else "server_error"
    return json.dumps(
        {
            "error": {
                "message": refusal.message,
                "type": kind,
                "param": refusal.parameter or None,
                "code": refusal.code,
            }
        }
    ).encode()
