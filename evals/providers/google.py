"""Gemini's generateContent and embedContent: requests read, answers written, errors as they come."""

from __future__ import annotations

import base64
import json
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from evals.providers.asked import Asked, Reply, Said, Shown, Speaker, Tool
from evals.providers.refusals import Refusal


class _Open(BaseModel):
    model_config = ConfigDict(extra="allow", alias_generator=to_camel, populate_by_name=True)


class _Blob(_Open):
    mime_type: str
    data: str


class _File(_Open):
    mime_type: str = ""
    file_uri: str


class _Called(_Open):
    name: str
    args: dict[str, Any] = Field(default_factory=dict[str, Any])


class _Returned(_Open):
    name: str
    response: dict[str, Any] = Field(default_factory=dict[str, Any])


class _Part(_Open):
    text: str = ""
    inline_data: _Blob | None = None
    file_data: _File | None = None
    function_call: _Called | None = None
    function_response: _Returned | None = None


class _Content(_Open):
    role: str = "user"
    parts: list[_Part] = Field(default_factory=list[_Part])


class _Declaration(_Open):
    name: str
    description: str = ""
    parameters: dict[str, Any] = Field(default_factory=dict[str, Any])
    parameters_json_schema: dict[str, Any] = Field(default_factory=dict[str, Any])


class _Tools(_Open):
    function_declarations: list[_Declaration] = Field(default_factory=list[_Declaration])


class _Config(_Open):
    max_output_tokens: int | None = None


class GenerateRequest(_Open):
    """The body of ``:generateContent`` and ``:streamGenerateContent``."""

    contents: list[_Content]
    system_instruction: _Content | None = None
    tools: list[_Tools] = Field(default_factory=list[_Tools])
    generation_config: _Config = _Config()

    def asked(self, model: str, *, stream: bool, files: dict[str, Shown]) -> Asked:
        """The request, free of its protocol; files that were uploaded before are looked up."""
        system = [self.system_instruction] if self.system_instruction else []
        said = [Said("system", _text(one)) for one in system]
        said += [_said(one) for one in self.contents]
        return Asked(
            protocol="google",
            model=model,
            said=tuple(said),
            shown=tuple(_shown(part, files) for one in self.contents for part in _media(one)),
            tools=tuple(
                Tool(one.name, one.description, one.parameters or one.parameters_json_schema)
                for tools in self.tools
                for one in tools.function_declarations
            ),
            stream=stream,
            max_output_tokens=self.generation_config.max_output_tokens,
            parameters=dict(self.generation_config.model_extra or {}),
        )


class _EmbedOne(_Open):
    content: _Content


class EmbedRequest(_Open):
    """The body of ``:batchEmbedContents``, or of ``:embedContent`` with one content."""

    requests: list[_EmbedOne] = Field(default_factory=list[_EmbedOne])
    content: _Content | None = None

    @property
    def texts(self) -> list[str]:
        alone = [self.content] if self.content else []
        return [_text(one) for one in [*alone, *(one.content for one in self.requests)]]


def _text(content: _Content) -> str:
    return "\n".join(part.text for part in content.parts if part.text)


def _said(content: _Content) -> Said:
    returned = [part.function_response for part in content.parts if part.function_response]
    if returned:
        return Said("tool", json.dumps(returned[0].response), returned[0].name)
    called = tuple(part.function_call.name for part in content.parts if part.function_call)
    speaker: Speaker = "assistant" if content.role == "model" else "user"
    return Said(speaker, _text(content), tool_calls=called)


def _media(content: _Content) -> list[_Part]:
    return [part for part in content.parts if part.inline_data or part.file_data]


def _shown(part: _Part, files: dict[str, Shown]) -> Shown:
    if part.inline_data is not None:
        # The client writes base64 for URLs.
        data = part.inline_data.data.replace("-", "+").replace("_", "/")
        return Shown(part.inline_data.mime_type, base64.b64decode(data + "=" * (-len(data) % 4)))
    uri = part.file_data.file_uri if part.file_data else ""
    return files.get(uri.rpartition("/")[2], Shown("missing", b""))


# Answers ---------------------------------------------------------------------------------------------

FINISH = {"stop": "STOP", "length": "MAX_TOKENS", "content_filter": "SAFETY", "tool_calls": "STOP"}


def usage_of(asked: Asked, reply: Reply) -> dict[str, Any]:
    """Tokens as Gemini counts them out."""
    return {
        "promptTokenCount": asked.input_tokens,
        "candidatesTokenCount": reply.output_tokens,
        "totalTokenCount": asked.input_tokens + reply.output_tokens,
    }


def answer(asked: Asked, parts: list[dict[str, Any]], finish: str | None, reply: Reply) -> bytes:
    """One response: a whole answer, or a piece of a streamed one."""
    candidate: dict[str, Any] = {"content": {"role": "model", "parts": parts}, "index": 0}
    if finish is not None:
        candidate["finishReason"] = FINISH[finish]
    body: dict[str, Any] = {
        "candidates": [candidate],
        "modelVersion": asked.model,
        "responseId": "local",
    }
    if finish is not None:
        body["usageMetadata"] = usage_of(asked, reply)
    return json.dumps(body).encode()


def parts_of(reply: Reply) -> list[dict[str, Any]]:
    """The text and the calls of an answer."""
    parts: list[dict[str, Any]] = [{"text": reply.text}] if reply.text else []
    parts += [
        {"functionCall": {"name": one.name, "args": one.arguments}} for one in reply.tool_calls
    ]
    return parts


def embeddings(request: EmbedRequest, vectors: list[list[float]]) -> bytes:
    """The JSON of embeddings."""
    if request.content is not None:
        return json.dumps({"embedding": {"values": vectors[0]}}).encode()
    return json.dumps({"embeddings": [{"values": one} for one in vectors]}).encode()


STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    502: "UNAVAILABLE",
    503: "UNAVAILABLE",
}


def error(refusal: Refusal) -> bytes:
    """An error as Gemini writes it."""
    return json.dumps(
        {
            "error": {
                "code": refusal.status,
                "message": refusal.message,
                "status": STATUS.get(refusal.status, "UNKNOWN"),
            }
        }
    ).encode()
