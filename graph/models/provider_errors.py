"""What the clients raise, as errors of ours. The one place that knows theirs."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
import openai
from google.genai.errors import APIError as GoogleAPIError, UnknownApiResponseError
from langchain_core.exceptions import (
    ContextOverflowError,
    LangChainException,
    ModelAuthenticationError,
    ModelInvalidRequestError,
    ModelNotFoundError,
    ModelPermissionDeniedError,
    ModelRateLimitError,
)
from langchain_google_genai._common import GoogleGenerativeAIError

from graph.errors import ContextOverflow, ModelDenied, ModelError, ModelUnavailable
from graph.models.exchange import Exchange
from graph.models.roles import ModelChoice

PROVIDER_ERRORS = (
    LangChainException,
    openai.OpenAIError,
    GoogleGenerativeAIError,
    GoogleAPIError,
    UnknownApiResponseError,
    httpx.HTTPError,
    httpx.StreamError,
    OSError,  # time-outs too
    # What the clients raise while they read a body that is not what they expect:
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
)

OVERFLOW = re.compile(
    r"context.{0,12}(length|size|window)|maximum number of tokens|too many tokens|prompt is too long",
    re.IGNORECASE,
)
"""How servers say that a request is larger than the model's context; matched in their own messages."""

QUOTA = re.compile(r"insufficient_quota|exceeded your current quota|billing", re.IGNORECASE)
RETRY_DELAY = re.compile(r"retryDelay['\"]?: ?['\"]?([0-9.]+)s")
"""Google says in the body how long to wait, not in a header."""

MESSAGE_CHARACTERS = 300


def as_model_error(error: Exception, choice: ModelChoice, exchange: Exchange) -> ModelError:
    """The error of ours that says the same: what to wait for, what to change, what to split."""
    said = _said(error)
    who = f"{choice.model!r} at {choice.base_url}"
    status = exchange.status if exchange.status is not None and exchange.status >= 400 else None
    if isinstance(error, ContextOverflowError) or (status == 400 and OVERFLOW.search(said)):
        return ContextOverflow(f"The request is larger than {who} can read: {said}. Split it.")
    denied = _denied(error, choice, status, said)
    if denied:
        return ModelDenied(f"{who} refuses the request: {said}. {denied}")
    if isinstance(error, TimeoutError):
        return ModelUnavailable(f"{who} was too slow: {said}. It is asked again.")
    if status is not None or isinstance(error, ModelRateLimitError):
        return ModelUnavailable(
            f"{who} answered {status}: {said}.", retry_after_seconds=_retry_after(exchange, said)
        )
    if exchange.status is None:
        return ModelUnavailable(f"{who} cannot be reached: {said}. Check that address and network.")
    return ModelUnavailable(f"{who} sent an answer that cannot be read: {said}.")


def _denied(error: Exception, choice: ModelChoice, status: int | None, said: str) -> str:
    """The remedy, where asking again would not help; else nothing."""
    key = "GEMINI_API_KEY" if choice.provider == "google" else "OPENAI_API_KEY"
    if isinstance(error, ModelAuthenticationError | ModelPermissionDeniedError) or (
        status in (401, 403)
    ):
        return f"Check {key}."
    if status == 429 and QUOTA.search(said) and not RETRY_DELAY.search(said):
        return f"The account of {key} has no credit left: add some, or set another key."
    if isinstance(error, ModelNotFoundError) or status == 404:
        return f"Set SNAGS_MODEL_{choice.role.name} to a model that is served there."
    if isinstance(error, ModelInvalidRequestError) or status in (400, 413, 422):
        return "The model does not take what it was sent; choose another one."
    return ""


def _retry_after(exchange: Exchange, said: str) -> float | None:
    """Seconds that the provider asks to wait, from any of the forms there are."""
    if milliseconds := exchange.headers.get("retry-after-ms"):
        return _number(milliseconds, 0.001)
    if header := exchange.headers.get("retry-after"):
        seconds = _number(header, 1.0)
        return seconds if seconds is not None else _until(header)
    found = RETRY_DELAY.search(said)
    return _number(found[1], 1.0) if found else None


def _number(text: str, unit: float) -> float | None:
    try:
        return max(0.0, float(text) * unit)
    except ValueError:
        return None


def _until(header: str) -> float | None:
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _said(error: Exception) -> str:
    """The error's own words on one line, without what could forge a line of a log."""
    words = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, openai.APIError) and error.code and str(error.code) not in words:
        words = f"{error.code}: {words}"
    printable = "".join(letter for letter in words if letter.isprintable())
    delay = RETRY_DELAY.search(printable, MESSAGE_CHARACTERS)
    short = printable[:MESSAGE_CHARACTERS].rstrip(". ")
    return f"{short} ... {delay[0]}" if delay else short
