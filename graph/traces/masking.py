"""Masking of recorded text before it enters a trace. Linear time: RE2 only, and capped lengths.

Recorded text may hold anything a visitor typed or saw. A trace goes to reports, logs and models, so
what looks personal or secret is replaced here, once, by a word in brackets.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from string import digits
from urllib.parse import parse_qsl, urlsplit

import re2

MAX_TEXT = 80
"""Characters of a recorded text that a row shows; enough to recognise it on the page."""

_SCAN_LIMIT = 2_000

_EMAIL = re2.compile(r"[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){1,4}")
_TOKEN = re2.compile(
    r"\b(?:eyJ[\w\-]{8,}(?:\.[\w\-]+){0,2}|(?:(?:sk|pk|ph[cxs]|gh[pousr]|xox[abp])[_\-]|AKIA|AIza)[\w\-]{12,})"
)
_LONG_NUMBER = re2.compile(r"(?:\d[ \-.]?){10,18}\d\b")
_HEX = re2.compile(r"\b[0-9a-fA-F]{32,}\b")
_UUID = re2.compile(
    r"\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b"
)
_KEY_VALUE = re2.compile(
    r"(?i)\b(passwor[dt]|passwd|secret|token|api[_\-]?key|authorization|bearer|cvc|cvv|iban|ssn)"
    r"(\s*[:=]\s*|\s+)([^\s,;&]{3,})"
)
_TOKEN_HINTS = ("eyJ", "sk", "pk", "ph", "gh", "xox", "AKIA", "AIza")
_KEY_HINTS = (
    "passw", "secret", "token", "api", "authorization", "bearer", "cvc", "cvv", "iban", "ssn",
)  # fmt: skip
# A plain search for a hint is ten times cheaper than a pattern, and most texts hold none.

_WITHOUT_DIGITS = str.maketrans("", "", digits)
_MIN_DIGITS = 11
"""Digits that a card, account or telephone number has at least."""

_CACHED_LENGTH = 200
"""Texts up to here are remembered; longer ones would fill the memory and seldom come back."""

_SPACE = re2.compile(r"\s+")
_SECRET_PARAMETER = re2.compile(
    r"(?i)pass|pwd|secret|token|key|auth|card|cvc|cvv|iban|ssn|mail|phone|name|address|session|sig|code|otp"
)


def squeeze(text: str) -> str:
    """One line: white space collapsed, control and bidi characters gone."""
    text = text[:_SCAN_LIMIT]
    if text.isascii() and text.isprintable():  # the only white space in it is the plain space
        return " ".join(text.split())
    flat = _SPACE.sub(" ", text).strip()
    if flat.isascii() and flat.isprintable():
        return flat
    kept = "".join(one for one in flat if unicodedata.category(one) not in {"Cc", "Cf", "Cs", "Co"})
    return " ".join(kept.split())  # what stood between two spaces may be gone


def mask_text(text: str) -> str:
    """Recorded text with what looks personal or secret replaced; length is not capped."""
    return _masked_short(text) if len(text) <= _CACHED_LENGTH else _masked(text)


def _masked(text: str) -> str:
    flat = squeeze(text)
    if "@" in flat:
        flat = _EMAIL.sub("[email]", flat)
    if len(flat) < 11:
        return flat
    if any(hint in flat for hint in _TOKEN_HINTS):
        flat = _TOKEN.sub("[secret]", flat)
    if "-" in flat:
        flat = _UUID.sub("[id]", flat)
    if len(flat) >= 32:
        flat = _HEX.sub("[id]", flat)
    if len(flat) - len(flat.translate(_WITHOUT_DIGITS)) >= _MIN_DIGITS:
        flat = _LONG_NUMBER.sub("[number]", flat)
    lowered = flat.lower()
    if any(hint in lowered for hint in _KEY_HINTS):
        flat = _KEY_VALUE.sub(r"\1\2[secret]", flat)
    return flat


_masked_short = lru_cache(maxsize=4_096)(_masked)


def shorten(text: str, limit: int = MAX_TEXT) -> str:
    """At most ``limit`` characters, cut with an ellipsis."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def show(text: str, limit: int = MAX_TEXT) -> str:
    """Recorded text as a row may show it: masked, one line, capped."""
    return shorten(mask_text(text), limit)


def mask_url(url: str) -> str:
    """A URL without origin noise or secrets: path, and the names of its parameters.

    A short plain value stays, because ``?step=2`` says where the user was; anything else becomes
    ``…``.
    """
    parts = _split(url)
    if parts is None:
        return show(url)
    path = "/".join(_mask_segment(one) for one in parts.path.split("/")) or "/"
    query = "&".join(
        f"{shorten(mask_text(name), 30)}={_mask_value(name, value)}"
        for name, value in parse_qsl(parts.query[:_SCAN_LIMIT], keep_blank_values=True)[:12]
    )
    fragment = f"#{_mask_fragment(parts.fragment)}" if parts.fragment else ""
    return shorten(path + (f"?{query}" if query else "") + fragment, 160)


def _split(url: str):
    try:
        return urlsplit(url[:_SCAN_LIMIT])
    except ValueError:
        return None


def _mask_segment(segment: str) -> str:
    return shorten(mask_text(segment), 60)


def _mask_fragment(fragment: str) -> str:
    path, _, query = fragment.partition("?")
    return shorten(mask_text(path), 60) + ("?…" if query else "")


def _mask_value(name: str, value: str) -> str:
    if _SECRET_PARAMETER.search(name):
        return "…"
    return value if len(value) <= 12 and value.replace("-", "").replace("_", "").isalnum() else "…"
