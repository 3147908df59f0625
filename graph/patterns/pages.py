"""Pages that are one page with different content: ``/products/heron``, ``/products/red-hat``.

A page template replaces ids, and a name in the address is no id. One session cannot tell such a
name from a place of its own (``/settings/billing``); many sessions can. Names are many, and either
they look like names (several words joined by hyphens), or people use the same controls on each of
them: ``Add to bag`` on every product, while each page of the settings has controls of its own and
shares at most a ``Save``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from graph.patterns.controls import Naming, naming_of
from graph.patterns.wording import masked
from graph.sessions.summary import SessionSummary

NAME = "{name}"
MIN_SIBLINGS = 4
"""Fewer addresses of one form may as well be so many different pages."""

SHARED_BY = 3
"""Siblings on which a control must have been used to be theirs in common."""

NAVIGATION_ROLES = frozenset({"link", "tab", "menu item", "option"})
"""What leads from one place to another stands on all of them, whatever they are."""


class PageFamilies:
    """The common form of every page that sessions visited."""

    def __init__(self, summaries: Iterable[SessionSummary]) -> None:
        controls: dict[str, set[str]] = {}
        for summary in summaries:
            for page in (*summary.pages, *(issue.key.page for issue in summary.issues)):
                controls.setdefault(page, set())
            for exposure in summary.exposures:
                used = controls.setdefault(exposure.page, set())
                if _tells_a_page(exposure.element):
                    used.add(masked(exposure.element))
        self._families = _families(controls)

    def of(self, page: str) -> str:
        """The form a page shares with its siblings, or the page itself."""
        return self._families.get(page, page)


def _families(controls: Mapping[str, set[str]]) -> Mapping[str, str]:
    siblings: dict[str, list[str]] = {}
    for page in sorted(controls):
        parent, slash, last = page.rpartition("/")
        if slash and parent and last and not last.startswith("{"):
            siblings.setdefault(parent, []).append(page)
    families: dict[str, str] = {}
    for parent, pages in siblings.items():
        alike = _alike(pages, controls)
        if len(alike) >= MIN_SIBLINGS:
            families.update(dict.fromkeys(alike, f"{parent}/{NAME}"))
    return families


def _alike(pages: list[str], controls: Mapping[str, set[str]]) -> list[str]:
    """The pages of a folder that are one page: by their controls, else by their looks."""
    users: dict[str, list[str]] = {}
    for page in pages:
        for control in controls[page]:
            users.setdefault(control, []).append(page)
    shared = {one for used_on in users.values() if len(used_on) >= SHARED_BY for one in used_on}
    names = [page for page in pages if _looks_like_a_name(page)]
    if 2 * len(names) > len(pages):
        return [page for page in pages if page in shared or page in set(names)]
    used = [page for page in pages if controls[page]]
    return pages if 2 * len(shared) > len(used) and len(shared) >= SHARED_BY else []


def _looks_like_a_name(page: str) -> bool:
    return "-" in page.rpartition("/")[2].strip("-")


def _tells_a_page(element: str) -> bool:
    role = element.partition(":")[0]
    return role not in NAVIGATION_ROLES and naming_of(element) is not Naming.GENERIC
