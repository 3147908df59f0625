"""Aliases for URLs and windows, and the form of a URL that sessions share."""

from __future__ import annotations

from urllib.parse import parse_qsl, urljoin, urlsplit

import re2

from graph.traces.masking import mask_url, shorten
from graph.traces.trace import Page

_HEX_ID = re2.compile(r"^(?:0x)?[0-9a-fA-F]{8,}$")
_UUID = re2.compile(r"^[0-9a-fA-F]{8}-[0-9a-fA-F\-]{20,}$")
_DIGIT = re2.compile(r"\d")
_ROUTING_PARAMETERS = frozenset({"page", "view", "tab", "screen", "route", "step", "section", "p"})
"""Query parameters that say which page it is, in applications that route by query."""


class LookupTable:
    """URL or window id ↔ short alias; one object, both directions, in order of first sight."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._alias_of: dict[str, str] = {}

    def alias(self, value: str) -> str:
        """The alias of a value, made on first sight."""
        known = self._alias_of.get(value)
        if known is None:
            known = self._alias_of[value] = f"{self._prefix}{len(self._alias_of) + 1}"
        return known

    def values(self) -> tuple[str, ...]:
        return tuple(self._alias_of)


class PageTable:
    """Pages by their masked URL: two URLs that differ in a secret only are one page."""

    def __init__(self) -> None:
        self._table = LookupTable("u")
        self._pages: dict[str, Page] = {}
        self._by_url: dict[str, Page] = {}

    def page(self, url: str) -> Page:
        known = self._by_url.get(url)
        if known is not None:
            return known
        shown = mask_url(url) if url else "(unknown page)"
        alias = self._table.alias(shown)
        page = self._pages.get(alias)
        if page is None:
            page = Page(alias=alias, url=shown, template=page_template(url))
            self._pages[alias] = page
        self._by_url[url] = page
        return page

    def step(self, name: str) -> Page:
        """The place that a step of a clickstream is: its name is all that is known of it."""
        alias = self._table.alias(name)
        return self._pages.setdefault(alias, Page(alias=alias, url=name, template=name))

    def pages(self) -> tuple[Page, ...]:
        return tuple(self._pages.values())


def page_template(url: str) -> str:
    """The path with ids replaced: ``/orders/{id}``; a routing fragment or parameter is kept.

    Segments count as ids when they hold a digit and are long or mostly digits, or look like a
    UUID, a hex string or an address.
    """
    if not url:
        return "(unknown page)"
    try:
        parts = urlsplit(url)
    except ValueError:
        return "(unreadable address)"
    path = _template_path(parts.path)
    fragment = parts.fragment
    if fragment.startswith(("/", "!/")):
        path = f"{path.rstrip('/')}/#{_template_path(fragment.lstrip('!').partition('?')[0])}"
    routing = [
        f"{name}={shorten(value.lower(), 24)}"
        for name, value in parse_qsl(parts.query[:500])
        if name.lower() in _ROUTING_PARAMETERS and value.replace("-", "").isalpha()
    ]
    return shorten(path + (f"?{'&'.join(routing)}" if routing else ""), 160)


def _template_path(path: str) -> str:
    segments = [_template_segment(one) for one in path.split("/")]
    if segments and segments[-1].lower() in {"index.html", "index.htm", "index.php"}:
        segments[-1] = ""
    joined = "/".join(segments)
    return (joined.rstrip("/") or "/") if joined != "/" else "/"


def _template_segment(segment: str) -> str:
    if not segment:
        return segment
    if segment.isdigit() or "@" in segment or "%40" in segment:
        return "{id}"
    if _UUID.search(segment) or (_HEX_ID.search(segment) and _DIGIT.search(segment)):
        return "{id}"
    digits = sum(one.isdigit() for one in segment)
    if digits and (digits * 2 >= len(segment) or len(segment) >= 16 or digits >= 4):
        return "{id}"
    return shorten(segment, 48)


def request_template(url: str) -> str:
    """``host-less`` template of a request: the page template of its path without any query."""
    return page_template(url.partition("?")[0].partition("#")[0])


def resolve(href: str, base: str) -> str:
    """An absolute form of a link, or the link itself where it cannot be resolved."""
    try:
        return urljoin(base, href)
    except ValueError:
        return href


def same_page(first: str, second: str) -> bool:
    """True where two URLs differ at most in query or a fragment that is no route."""
    return page_template(first) == page_template(second)
