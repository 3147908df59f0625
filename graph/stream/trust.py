"""Whom the server answers, and what it tells browsers to allow. Pure.

There is no login. What protects recordings from the other web pages of the same browser is that the
server answers to its own names only, and that no other page may make it do or tell anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
"""No inline script, nothing from elsewhere, nothing to elsewhere; no text ever becomes markup."""

REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; sandbox"
)
"""A rendered report is one file with its style inside, and runs no script at all."""

SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "content-security-policy": PAGE_POLICY,
}
"""Sent with every answer that does not set them itself."""

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Refusal(NamedTuple):
    """Why a request is not served."""

    status: int
    message: str


def refusal_of(
    method: str, headers: Mapping[str, str], host_names: Sequence[str]
) -> Refusal | None:
    """Why a request is not served, or None where it is. Header names are in lower case."""
    host = headers.get("host", "")
    if _name_of(host) not in {name.lower() for name in host_names}:
        message = f"This server does not answer to {host!r}; SNAGS_ALLOWED_HOSTS can allow it."
        return Refusal(421, message)
    site = headers.get("sec-fetch-site", "none")
    opens_a_page = method == "GET" and headers.get("sec-fetch-mode") == "navigate"
    if site not in ("same-origin", "none") and not opens_a_page:
        return Refusal(403, "Another web page may not use this server. Open its own page instead.")
    origin = headers.get("origin")
    if method not in SAFE_METHODS and origin is not None and not _is_own(origin, host):
        return Refusal(403, f"A page of {origin!r} may not use this server. Open its own page.")
    return None


def _name_of(host: str) -> str:
    """The name in a Host header, without port; an IPv6 address keeps its brackets."""
    name, _, port = host.rpartition(":")
    return (name if name and port.isdigit() else host).lower()


def _is_own(origin: str, host: str) -> bool:
    """True for the origin of this server's own page; a sandboxed page says ``null``."""
    parts = urlsplit(origin)
    return parts.scheme in ("http", "https") and parts.netloc.lower() == host.lower()
