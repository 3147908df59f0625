"""What real models refuse, in their own words' form: so that a client that would fail there fails here."""

from __future__ import annotations

import re
from dataclasses import dataclass

from evals.providers.asked import Asked

REASONING = re.compile(r"^(o[134]|gpt-[5-9])")
"""OpenAI's models that think before they answer."""

CONTEXT_TOKENS = {"openai": 272_000, "google": 1_000_000}


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error of the request, not of the provider."""

    status: int
    code: str
    message: str
    parameter: str = ""


def refusal_of(asked: Asked, key: str | None) -> Refusal | None:
    """Why a real provider would not even begin; None where it would."""
    if not key:
        return Refusal(401, "invalid_api_key", "You didn't provide an API key.")
    if asked.input_tokens > CONTEXT_TOKENS[asked.protocol]:
        return Refusal(
            400,
            "context_length_exceeded",
            f"This model's maximum context length is {CONTEXT_TOKENS[asked.protocol]} tokens. However, "
            f"your messages resulted in {asked.input_tokens} tokens.",
            "messages",
        )
    if asked.protocol == "openai" and REASONING.match(asked.model):
        return _of_reasoning(asked)
    return None


def _of_reasoning(asked: Asked) -> Refusal | None:
    if "max_tokens" in asked.parameters:
        return Refusal(
            400,
            "unsupported_parameter",
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use "
            "'max_completion_tokens' instead.",
            "max_tokens",
        )
    temperature = asked.parameters.get("temperature")
    if temperature not in (None, 1, 1.0):
        return Refusal(
            400,
            "unsupported_value",
            f"Unsupported value: 'temperature' does not support {temperature} with this model. Only "
            "the default (1) value is supported.",
            "temperature",
        )
    return None
