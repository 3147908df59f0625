"""Requests and console lines of a recording, whichever plugin or recorder wrote them."""

from __future__ import annotations

import json
from typing import Any

from graph.traces.lookup import request_template
from graph.traces.masking import show
from graph.traces.observed import Message, Request
from graph.traces.shapes import as_dict, as_list
from graph.traces.wording import fingerprint, is_analytics, is_noise

_CALLS = frozenset({"fetch", "xmlhttprequest", "beacon", "resource.fetch", "resource.xhr"})
_ASSETS = (
    ".js",
    ".css",
    ".png",
    ".jpg",
    ".jpeg",
    ".svg",
    ".gif",
    ".webp",
    ".woff",
    ".woff2",
    ".ico",
    ".map",
)


def request_of(item: dict[str, Any], event_ms: int, offset: int) -> Request | None:
    """One request of a network plugin; None for assets and for what belongs to the document itself.

    Args:
        item: the plugin's entry.
        event_ms: when the recorder wrote it, since the session's start; requests are written when
            they end.
        offset: epoch milliseconds of the session's start.
    """
    initiator = str(item.get("initiatorType") or item.get("op") or "")
    url = str(item.get("name") or item.get("url") or item.get("description") or "")
    if initiator not in _CALLS or not url or url.startswith(("data:", "blob:")):
        return None
    if url.partition("?")[0].lower().endswith(_ASSETS):
        return None
    end_ms = _end_ms(item, event_ms, offset)
    duration = _number(item.get("duration")) or (
        _number(item.get("endTime")) - _number(item.get("startTime"))
    )
    status = _status(item)
    return Request(
        start_ms=max(0, round(end_ms - max(0.0, duration))),
        end_ms=end_ms,
        method=str(item.get("method") or item.get("requestMethod") or "").upper(),
        url=url,
        template=request_template(url),
        status=status,
        own=initiator != "beacon" and not is_analytics(url),
    )


def _end_ms(item: dict[str, Any], event_ms: int, offset: int) -> int:
    stamped = _number(item.get("timestamp"))
    if stamped > 1e11 and item.get("duration") is not None:
        ended = stamped + _number(item.get("duration")) - offset
        if abs(ended - event_ms) < 60_000:
            return round(min(ended, event_ms))
    origin = _number(item.get("timeOrigin"))
    ended = _number(item.get("endTime")) or _number(item.get("responseEnd"))
    if origin > 1e11 and ended:
        absolute = origin + ended - offset
        if abs(absolute - event_ms) < 60_000:
            return round(min(absolute, event_ms))
    return event_ms


def _status(item: dict[str, Any]) -> int:
    for name in ("status", "statusCode", "response_status"):
        value = item.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return int(value)
        if isinstance(value, str) and value.isdigit():
            return int(value)
    # Resource timing says 0 for whatever it may not tell: that is no failure.
    timed = item.get("responseStatus")
    return int(timed) if isinstance(timed, int | float) and timed > 0 else -1


def _number(value: Any) -> float:  # noqa: ANN401
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0


def message_of(payload: dict[str, Any], ms: int) -> Message | None:
    """A console line of level warn or above; None for the rest."""
    level = str(payload.get("level") or "")
    if level not in ("error", "warn", "assert"):
        return None
    said = " ".join(_console_text(one) for one in as_list(payload.get("payload"))[:4])
    text = said.encode("utf-8", "replace").decode()  # JSON within JSON may hold half a character
    where = " ".join(str(one) for one in as_list(payload.get("trace"))[:3])
    return make_message(ms, level, text, where)


def make_message(ms: int, level: str, text: str, where: str = "") -> Message:
    """A message with its fingerprint and whether it is noise."""
    text = text.strip() or "(empty message)"
    uncaught = "uncaught" in text[:40].lower() or "unhandled" in text[:40].lower()
    return Message(
        ms=ms,
        level=level,
        text=show(text, 160),
        fingerprint=fingerprint(text),
        exception=uncaught,
        noise=is_noise(text) or is_noise(where),
    )


def _console_text(item: Any) -> str:  # noqa: ANN401
    if not isinstance(item, str):
        return str(item)
    try:
        value = json.loads(item[:4_000])
    except (ValueError, RecursionError):
        return item.strip('"')
    fields = as_dict(value)
    if fields:
        return str(fields.get("message") or fields.get("name") or "")
    return str(value)
