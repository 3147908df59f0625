"""Pages that are one page with different content: ``/products/blue-shirt``, ``/products/red-hat``.

A page template replaces ids, and a name in the address is no id. One session cannot tell such a
name from a place of its own (``/settings/billing``); many sessions can: names are many, and mostly
several words joined by hyphens.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from graph.sessions.summary import SessionSummary

NAME = "{name}"
MIN_SIBLINGS = 4
"""Fewer addresses of one form may as well be so many different pages."""


class PageFamilies:
    """The common form of every page that sessions visited."""

    def __init__(self, summaries: Iterable[SessionSummary]) -> None:
        self._families = _families(_visited(summaries))

    def of(self, page: str) -> str:
        """The form a page shares with its siblings, or the page itself."""
        return self._families.get(page, page)


def _visited(summaries: Iterable[SessionSummary]) -> set[str]:
    pages: set[str] = set()
    for summary in summaries:
        pages.update(summary.pages)
        pages.update(exposure.page for exposure in summary.exposures)
        pages.update(issue.key.page for issue in summary.issues)
    return pages


def _families(pages: Iterable[str]) -> Mapping[str, str]:
    siblings: dict[str, set[str]] = {}
    for page in pages:
        parent, slash, last = page.rpartition("/")
        if slash and parent and last and not last.startswith("{"):
            siblings.setdefault(parent, set()).add(last)
    return {
        f"{parent}/{last}": f"{parent}/{NAME}"
        for parent, lasts in siblings.items()
        if _are_names(lasts)
        for last in lasts
        if _is_name(last)
    }


def _are_names(lasts: set[str]) -> bool:
    named = sum(_is_name(last) for last in lasts)
    return named >= MIN_SIBLINGS and 2 * named > len(lasts)


def _is_name(segment: str) -> bool:
    return "-" in segment.strip("-")
