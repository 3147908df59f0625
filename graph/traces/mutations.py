"""One mutation event applied to the node map, and what it changed for somebody who looks at the page."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import re2

from graph.traces.dom import ELEMENT, TEXT, Node, NodeMap, own_text, subtree, walk
from graph.traces.element import FIELDS
from graph.traces.shapes import as_dict, as_id, as_list
from graph.traces.wording import (
    marked_alert,
    marked_busy,
    marked_dialog,
    marked_error,
    refuses_input,
    sounds_busy,
    sounds_like_error,
    sounds_like_refusal,
)

_COSMETIC_CLASS = re2.compile(
    r"(?i)focus|hover|active|press|ripple|touch|animat|clicked|dirty|pristine|untouched|visited|transition|"
    r"enter|leave|wave|pulse|^ng-|^v-|^is-down$"
)
_LOOKS = frozenset(
    {
        "class", "style", "disabled", "checked", "selected", "value", "src", "href", "open", "hidden",
        "placeholder", "readonly", "data-state", "aria-expanded", "aria-selected", "aria-checked",
        "aria-pressed", "aria-current", "aria-disabled", "aria-invalid", "aria-busy", "aria-hidden",
        "aria-sort", "aria-valuenow", "transform", "d", "fill", "max", "min",
    }
)  # fmt: skip
_WORDS = {
    "disabled": ("became disabled", "became enabled"),
    "aria-disabled": ("became disabled", "became enabled"),
    "aria-expanded": ("expanded or collapsed", "collapsed"),
    "aria-selected": ("selection moved", "selection moved"),
    "aria-checked": ("was checked or unchecked", "was unchecked"),
    "aria-pressed": ("was switched", "was switched"),
    "aria-invalid": ("was marked invalid", "was marked valid"),
    "open": ("opened", "closed"),
    "checked": ("was checked", "was unchecked"),
}
_WHOLE_PAGE = frozenset({"body", "main", "html"})
HIDING_STYLES = ("display", "visibility", "opacity")

SMALL_MESSAGE = 4
"""Pieces of text that one message may consist of; more is content."""

SMALL_SUBTREE = 40
"""Nodes up to which a subtree is read in one pass."""

MAX_PIECES = 3_000
"""Characters read of one subtree that came or went."""

MESSAGE_DEPTH = 6
"""How far up a message container or an error mark is looked for."""


ALERT, ERROR, BUSY, DIALOG = 1, 2, 4, 8
"""Bits of ``Node.marks``."""


def _marks(node: Node) -> int:
    """What the attributes of a node say it is; read once until one of them changes."""
    known = node.marks
    if known < 0:
        known = 0
        if node.tag:
            known += ALERT if marked_alert(node) else 0
            known += ERROR if marked_error(node) else 0
            known += BUSY if marked_busy(node) else 0
            known += DIALOG if marked_dialog(node) else 0
        if node.tag != "progress":  # its value may be set without a mutation
            node.marks = known
    return known


def _no_texts() -> list[str]:
    return []


def _no_nodes() -> list[Node]:
    return []


@dataclass(slots=True)
class SiteChange:
    """What one mutation event did at one place."""

    site: Node
    appeared: list[str] = field(default_factory=_no_texts)
    vanished: list[str] = field(default_factory=_no_texts)
    look: str = ""
    cosmetic_look: bool = False
    alert: bool = False
    errors: list[str] = field(default_factory=_no_texts)
    dialog: bool = False
    busy_started: list[Node] = field(default_factory=_no_nodes)
    busy_ended: list[Node] = field(default_factory=_no_nodes)


@dataclass(slots=True)
class Mutated:
    """Everything one mutation event did."""

    sites: dict[int, SiteChange] = field(default_factory=dict[int, SiteChange])
    new_fields: list[Node] = field(default_factory=_no_nodes)
    removed: list[Node] = field(default_factory=_no_nodes)

    def at(self, site: Node) -> SiteChange:
        known = self.sites.get(site.identifier)
        if known is None:
            known = self.sites[site.identifier] = SiteChange(site)
        return known


def apply_mutation(dom: NodeMap, data: dict[str, Any]) -> Mutated:
    """Apply a mutation in rrweb's order (removes, adds, texts, attributes)."""
    result = Mutated()
    removes, adds = as_list(data.get("removes")), as_list(data.get("adds"))
    texts, attributes = as_list(data.get("texts")), as_list(data.get("attributes"))
    if removes:
        _removes(dom, removes, result)
    if adds:
        _adds(dom, adds, result)
    for one in result.removed:
        if one.parent is None:
            dom.forget(one)
    if texts:
        _texts(dom, texts, result)
    if attributes:
        _attributes(dom, attributes, result)
    if result.sites:
        _cancel_redraws(result)
    return result


def _removes(dom: NodeMap, removes: list[Any], result: Mutated) -> None:
    for one in removes:
        node = dom.get(as_id(as_dict(one).get("id")))
        if node is None or node.parent is None:
            continue
        site = node.parent
        if dom.visible(node):
            change = result.at(site)
            if node.kind == ELEMENT:
                held = _survey(dom, node)
                change.vanished.extend(held.pieces)
                change.busy_ended.extend(held.busy)
                change.look = change.look or ("" if node.tag == "style" else "something vanished")
                change.cosmetic_look = change.cosmetic_look or node.tag in ("span", "style", "svg")
                change.dialog |= held.dialog
            else:
                change.vanished.extend(_pieces(dom, node))
                if sounds_busy(node.text):
                    change.busy_ended.append(site)
        dom.remove(node.identifier)
        result.removed.append(node)


def _adds(dom: NodeMap, adds: list[Any], result: Mutated) -> None:
    pending = [found for one in adds if as_dict((found := as_dict(one)).get("node"))]
    while pending:
        later: list[dict[str, Any]] = []
        for one in pending:
            node = dom.add(as_id(one.get("parentId")), as_id(one.get("nextId")), one["node"])
            if node is None:
                later.append(one)
            else:
                _added(dom, node, result)
        if len(later) == len(pending):
            return  # their parents are nowhere: the recording lacks them
        pending = later


def _added(dom: NodeMap, node: Node, result: Mutated) -> None:
    site = node.parent
    if site is None:
        return
    if node.kind != ELEMENT:
        _added_text(dom, node, site, result)
        return
    shown = dom.visible(node)
    held = _survey(dom, node)
    result.new_fields.extend(held.fields)
    if not shown:
        return
    change = result.at(site)
    pieces = held.pieces
    change.appeared.extend(pieces)
    change.busy_started.extend(held.busy)
    change.dialog |= held.dialog
    change.look = change.look or "something appeared"
    change.cosmetic_look = change.cosmetic_look or (
        not pieces and node.tag in ("span", "svg", "style", "i", "div")
    )
    _mark_message(dom, node, pieces, change)


def _added_text(dom: NodeMap, node: Node, site: Node, result: Mutated) -> None:
    if not dom.visible(site):
        return
    change = result.at(site)
    pieces = _pieces(dom, node)
    change.appeared.extend(pieces)
    if sounds_busy(node.text):
        change.busy_started.append(site)
    _mark_message(dom, node, pieces, change)


@dataclass(slots=True)
class _Held:
    """What a subtree holds, read in one pass."""

    pieces: list[str]
    busy: list[Node]
    dialog: bool
    fields: list[Node]


def _remembered(node: Node) -> bool:
    """True for what holds a value that may be lost: a field, or a switch made of markup."""
    return node.tag in FIELDS or "aria-checked" in node.attrs


def _survey(dom: NodeMap, root: Node) -> _Held:
    """Texts, busy indicators, dialogs and fields of a subtree; a large one is read part by part."""
    nodes = subtree(root, SMALL_SUBTREE + 1)
    small = len(nodes) <= SMALL_SUBTREE
    if not small or any(one.tag == "details" or (one.tag and dom.hidden(one)) for one in nodes):
        return _Held(
            pieces=_pieces(dom, root),
            busy=_busy_nodes(dom, root),
            dialog=_holds_dialog(root),
            fields=[one for one in walk(root, 400) if _remembered(one)],
        )
    pieces: list[str] = []
    fields: list[Node] = []
    marks = length = 0
    busy = False
    for one in nodes:
        if one.tag:
            marks |= _marks(one)
            if _remembered(one):
                fields.append(one)
        text = own_text(one).strip()
        if text:
            pieces.append(text)
            length += len(text)
            busy = busy or sounds_busy(text)
    return _Held(
        pieces=pieces if length <= MAX_PIECES else _pieces(dom, root),
        busy=_busy_nodes(dom, root) if busy or marks & BUSY else [],
        dialog=bool(marks & DIALOG),
        fields=fields,
    )


def _texts(dom: NodeMap, texts: list[Any], result: Mutated) -> None:
    for item in texts:
        one = as_dict(item)
        node = dom.get(as_id(one.get("id")))
        value = one.get("value")
        if node is None or not isinstance(value, str | None):
            continue
        before, node.text = node.text, value or ""
        site = node.parent
        if site is None or before.strip() == node.text.strip() or not dom.visible(site):
            if site is not None and site.tag == "style":
                dom.add_style(node.text)
            continue
        change = result.at(site)
        if before.strip():
            change.vanished.append(before.strip())
            if sounds_busy(before):
                change.busy_ended.append(site)
        if node.text.strip():
            change.appeared.append(node.text.strip())
            if sounds_busy(node.text):
                change.busy_started.append(site)
        _mark_message(dom, site, [node.text], change)


def _attributes(dom: NodeMap, changes: list[Any], result: Mutated) -> None:
    for one in changes:
        node = dom.get(as_id(as_dict(one).get("id")))
        attributes = as_dict(as_dict(one).get("attributes"))
        if node is not None and attributes:
            _attribute_change(dom, node, attributes, result)


def _attribute_change(
    dom: NodeMap, node: Node, attributes: dict[str, Any], result: Mutated
) -> None:
    if node.parent is not None and not dom.visible(node.parent):
        _set_attributes(dom, node, attributes)
        return
    inside = any(
        name == "open" or dom.reaches_inside(node, name, value)
        for name, value in attributes.items()
    )
    shown = not dom.hidden(node)
    held = _held_text(dom, node, attributes, inside) if shown else Counter[str]()
    busy_before = shown and bool(_marks(node) & BUSY)
    classes = set(node.attrs.get("class", "").split())
    values = {name: node.attrs.get(name) for name in attributes}
    _set_attributes(dom, node, attributes)
    now_shown = not dom.hidden(node)
    if not shown and not now_shown:
        return
    change = result.at(node)
    toggled = inside or shown != now_shown
    if toggled:
        _text_difference(dom, node, held, now_shown, change)
        change.dialog |= shown != now_shown and _holds_dialog(node)
    _busy_toggle(dom, node, busy_before, now_shown, toggled, change)
    _look(node, attributes, values, classes, change)


def _set_attributes(dom: NodeMap, node: Node, attributes: dict[str, Any]) -> None:
    for name, value in attributes.items():
        dom.set_attribute(node, name, value)
        if name == "_cssText" and isinstance(value, str):
            dom.add_style(value)


def _held_text(dom: NodeMap, node: Node, attributes: dict[str, Any], inside: bool) -> Counter[str]:
    """The text of a node that may be about to vanish; read only then, since reading is dear."""
    names = set(attributes)
    if not inside:
        if names == {"class"} and not dom.would_hide(node, attributes["class"]):
            return Counter()
        if names == {"style"} and not any(one in str(attributes["style"]) for one in HIDING_STYLES):
            return Counter()
        if not names & {"class", "style", "hidden"} and not any(
            name.startswith("data-") for name in names
        ):
            return Counter()
    return Counter(dom.texts(node, 6_000))


def _text_difference(
    dom: NodeMap, node: Node, before: Counter[str], now_shown: bool, change: SiteChange
) -> None:
    after = Counter(dom.texts(node, 6_000)) if now_shown else Counter[str]()
    change.appeared.extend((after - before).elements())
    change.vanished.extend((before - after).elements())
    if after - before:
        _mark_message(dom, node, list((after - before).elements()), change)


def _busy_toggle(
    dom: NodeMap, node: Node, before: bool, shown: bool, toggles: bool, change: SiteChange
) -> None:
    after = shown and bool(_marks(node) & BUSY)
    if after and not before:
        change.busy_started.append(node)
    elif before and not after:
        change.busy_ended.append(node)
    elif toggles and shown and not before:
        change.busy_started.extend(one for one in _busy_nodes(dom, node) if one is not node)
    if toggles and not shown:
        change.busy_ended.extend(one for one in walk(node, 400) if one.tag and marked_busy(one))


@lru_cache(maxsize=4_096)
def _is_cosmetic(one: str) -> bool:
    return bool(_COSMETIC_CLASS.search(one))


def _look(
    node: Node,
    attributes: dict[str, Any],
    before: dict[str, str | None],
    classes: set[str],
    change: SiteChange,
) -> None:
    for name in attributes:
        if name not in _LOOKS or node.attrs.get(name) == before[name]:
            continue
        if name == "class":
            moved = classes ^ set(node.attrs.get("class", "").split())
            cosmetic = all(_is_cosmetic(one) for one in moved)
            words = "look changed"
        else:
            cosmetic = False
            present = node.attrs.get(name) not in (None, "false")
            words = _WORDS.get(name, ("changed", "changed"))[0 if present else 1]
        if not change.look or (change.cosmetic_look and not cosmetic):
            change.look, change.cosmetic_look = words, cosmetic


def _mark_message(dom: NodeMap, node: Node, pieces: list[str], change: SiteChange) -> None:
    """Whether new text stands in a message, and which of it is an error message."""
    if not pieces:
        return
    marks, failed = _marks_near(node)
    alert = bool(marks & ALERT)
    if len(pieces) <= SMALL_MESSAGE and sum(map(len, pieces)) <= 400:
        if node.children:
            inner = 0
            for one in subtree(node, 60):
                inner |= _marks(one)
            alert = alert or bool(inner & ALERT)
            failed = failed or bool(inner & ERROR)
        change.errors.extend(_error_pieces(pieces, failed))
        if alert and not change.errors:
            change.errors.extend(piece for piece in pieces if sounds_like_refusal(piece))
    elif node.tag:
        # A whole region is new: only what is marked as an error within it is a message.
        for one in dom.walk_visible(node, 1_500):
            if one.tag and marked_error(one):
                change.errors.extend(_error_pieces(dom.texts(one, 300)[:SMALL_MESSAGE], True))
    change.alert |= alert


def _error_pieces(pieces: list[str], marked: bool) -> list[str]:
    worded = [one for one in pieces if sounds_like_error(one) or refuses_input(one)]
    if worded or not marked:
        return worded
    telling = [piece for piece in pieces if len(piece) > 3 and not piece.isdigit()]
    return telling[:1]


def _marks_near(node: Node) -> tuple[int, bool]:
    """Marks of the node and its nearest parents, and whether one of the first three is an error."""
    marks, tagged, failed = 0, 0, False
    one: Node | None = node
    for _ in range(MESSAGE_DEPTH):
        if one is None or one.tag in _WHOLE_PAGE:
            break
        if one.tag:
            tagged += 1
            own = _marks(one)
            marks |= own
            failed = failed or (tagged <= 3 and bool(own & ERROR))
        one = one.parent
    return marks, failed


def _pieces(dom: NodeMap, node: Node) -> list[str]:
    if node.kind == TEXT:
        return [node.text.strip()] if node.text.strip() else []
    return dom.texts(node, MAX_PIECES)


def _busy_nodes(dom: NodeMap, root: Node) -> list[Node]:
    found: list[Node] = []
    for one in dom.walk_visible(root, 400):
        if one.kind == TEXT:
            if one.parent is not None and sounds_busy(one.text):
                found.append(one.parent)
        elif one.tag and marked_busy(one):
            found.append(one)
    return found


def _holds_dialog(node: Node) -> bool:
    return bool(node.tag) and any(one.tag and marked_dialog(one) for one in walk(node, 40))


def _cancel_redraws(result: Mutated) -> None:
    """Text that vanished and appeared again in one event was redrawn: nothing changed to see."""
    gone = [text for one in result.sites.values() for text in one.vanished]
    if not gone:
        return
    come = [text for one in result.sites.values() for text in one.appeared]
    if not come or set(gone).isdisjoint(come):
        return
    both = Counter(gone) & Counter(come)
    if not both:
        return
    left_v, left_a = Counter(both), Counter(both)
    for one in result.sites.values():
        touched = len(one.appeared) + len(one.vanished)
        one.vanished = _without(one.vanished, left_v)
        one.appeared = _without(one.appeared, left_a)
        if touched and not one.appeared and not one.vanished and one.look.startswith("something"):
            one.cosmetic_look = True


def _without(texts: list[str], cancelled: Counter[str]) -> list[str]:
    kept: list[str] = []
    for text in texts:
        if cancelled[text] > 0:
            cancelled[text] -= 1
        else:
            kept.append(text)
    return kept
