"""The id of a pattern: the same fault keeps it while sessions come in, and from report to report.

An id is a digest of the pattern's *anchor*, the part of its keys that more sessions are least
likely to change: the request that fails, else the control, else the message, else the page. Counts
play no part, and a page plays one only where the control or the message does not tell by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from graph.ids import PatternId, digest_of
from graph.patterns.controls import Naming
from graph.patterns.facets import WEAK, Facets, key_order

Anchor = tuple[str, ...]


def anchor_of(members: Iterable[Facets]) -> Anchor:
    """What a group of keys is known by."""
    listed = list(members)
    causes = [one for one in listed if one.effect not in WEAK]
    return min(_anchor(one) for one in causes or listed)[1:]


def pattern_ids(groups: Sequence[Sequence[Facets]]) -> list[PatternId]:
    """One id per group, in the order given.

    Groups with one anchor (two messages on one control) are told apart by their lowest key; the
    lowest of them keeps the plain anchor.
    """
    anchors = [anchor_of(members) for members in groups]
    lowest = [min(key_order(one.key) for one in members) for members in groups]
    in_order = sorted(range(len(groups)), key=lambda place: (anchors[place], lowest[place]))
    taken: set[Anchor] = set()
    ids: dict[int, PatternId] = {}
    for place in in_order:
        anchor = anchors[place]
        parts = (*anchor, *lowest[place]) if anchor in taken else anchor
        taken.add(anchor)
        ids[place] = PatternId(f"p_{digest_of(*parts)[:10]}")
    return [ids[place] for place in range(len(groups))]


def _anchor(facets: Facets) -> Anchor:
    """A sortable anchor; its first part is the preference."""
    if facets.call and not facets.shared_endpoint:
        return "1", "request", facets.course, facets.call
    if facets.element:
        where = {
            Naming.DISTINCT: (),
            Naming.ONE_WORD: (facets.section,),
            Naming.GENERIC: (facets.page,),
        }[facets.naming]
        return "2", "element", facets.course, facets.element, *where
    words = facets.message or facets.thrown or facets.call or facets.detail
    if words:
        where = () if facets.telling else (facets.page,)
        return "3", "words", facets.course, words, *where
    return "4", "page", facets.course, facets.page
