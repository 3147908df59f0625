"""One mutation event applied to the node map, and what it changed for somebody who looks at the page."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import re2

from graph.traces.dom import ELEMENT, TEXT, Node, NodeMap, walk
from graph.traces.element import FIELDS
from graph.traces.shapes import as_dict, as_id, as_list
from graph.traces.wording import (
    marked_alert,
    marked_busy,
    marked_dialog,
    marked_error,
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
HIDING_STYLES = ("display", "visibility", "opacity")

SMALL_MESSAGE = 4
"""Pieces of text that one message may consist of; more is content."""

MESSAGE_DEPTH = 6
"""How far up a message container or an error mark is looked for."""


@dataclass(slots=True)
class SiteChange:
    """What one mutation event did at one place."""

    site: Node
    appeared: list[str] = field(default_factory=list[str])
    vanished: list[str] = field(default_factory=list[str])
    look: str = ""
    cosmetic_look: bool = False
    alert: bool = False
    errors: list[str] = field(default_factory=list[str])
    dialog: bool = False
    busy_started: list[Node] = field(default_factory=list[Node])
    busy_ended: list[Node] = field(default_factory=list[Node])


@dataclass(slots=True)
class Mutated:
    """Everything one mutation event did."""

    sites: dict[int, SiteChange] = field(default_factory=dict[int, SiteChange])
    new_fields: list[Node] = field(default_factory=list[Node])
    removed: list[Node] = field(default_factory=list[Node])

    def at(self, site: Node) -> SiteChange:
        known = self.sites.get(site.identifier)
        if known is None:
            known = self.sites[site.identifier] = SiteChange(site)
        return known


def apply_mutation(dom: NodeMap, data: dict[str, Any]) -> Mutated:
    """Apply a mutation in rrweb's order (removes, adds, texts, attributes)."""
    result = Mutated()
    _removes(dom, as_list(data.get("removes")), result)
    _adds(dom, as_list(data.get("adds")), result)
    for one in result.removed:
        if one.parent is None:
            dom.forget(one)
    _texts(dom, as_list(data.get("texts")), result)
    _attributes(dom, as_list(data.get("attributes")), result)
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
            change.vanished.extend(_pieces(dom, node))
            if node.kind == ELEMENT:
                change.busy_ended.extend(_busy_nodes(dom, node))
                change.look = change.look or ("" if node.tag == "style" else "something vanished")
                change.cosmetic_look = change.cosmetic_look or node.tag in ("span", "style", "svg")
                change.dialog |= _holds_dialog(node)
            elif sounds_busy(node.text):
                change.busy_ended.append(site)
        dom.remove(node.identifier)
        result.removed.append(node)


def _adds(dom: NodeMap, adds: list[Any], result: Mutated) -> None:
    pending = [found for one in adds if as_dict((found := as_dict(one)).get("node"))]
    while pending:
        later: list[dict[str, Any]] = []
        for one in pending:
            node = dom.add(as_id(one.get("parentId")), one.get("nextId"), as_dict(one["node"]))
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
    result.new_fields.extend(
        one for one in walk(node, 400) if one.tag in FIELDS or "aria-checked" in one.attrs
    )
    if not dom.visible(node):
        return
    change = result.at(site)
    pieces = _pieces(dom, node)
    change.appeared.extend(pieces)
    if node.kind == ELEMENT:
        change.busy_started.extend(_busy_nodes(dom, node))
        change.dialog |= _holds_dialog(node)
        change.look = change.look or "something appeared"
    elif sounds_busy(node.text):
        change.busy_started.append(site)
    if node.kind == ELEMENT:
        change.cosmetic_look = change.cosmetic_look or (
            not pieces and node.tag in ("span", "svg", "style", "i", "div")
        )
    _mark_message(dom, node, pieces, change)


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
    busy_before = shown and marked_busy(node)
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
    after = marked_busy(node) and shown
    if after and not before:
        change.busy_started.append(node)
    elif before and not after:
        change.busy_ended.append(node)
    elif toggles and shown and not before:
        change.busy_started.extend(one for one in _busy_nodes(dom, node) if one is not node)
    if toggles and not shown:
        change.busy_ended.extend(one for one in walk(node, 400) if one.tag and marked_busy(one))


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
            cosmetic = all(_COSMETIC_CLASS.search(one) for one in moved)
            words = "look changed"
        else:
            cosmetic = name == "style"
            present = node.attrs.get(name) not in (None, "false")
            words = _WORDS.get(name, ("changed", "changed"))[0 if present else 1]
        if not change.look or (change.cosmetic_look and not cosmetic):
            change.look, change.cosmetic_look = words, cosmetic


def _mark_message(dom: NodeMap, node: Node, pieces: list[str], change: SiteChange) -> None:
    """Whether new text stands in a message, and which of it is an error message."""
    if not pieces:
        return
    marks = [one for one in _near(node) if one.tag]
    alert = any(marked_alert(one) for one in marks)
    failed = any(marked_error(one) for one in marks[:3])
    if len(pieces) <= SMALL_MESSAGE and sum(len(piece) for piece in pieces) <= 400:
        inner = [one for one in walk(node, 60) if one.tag] if node.tag else []
        alert = alert or any(marked_alert(one) for one in inner)
        failed = failed or any(marked_error(one) for one in inner)
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
    worded = [piece for piece in pieces if sounds_like_error(piece)]
    telling = [piece for piece in pieces if len(piece) > 3 and not piece.isdigit()]
    return worded or (telling[:1] if marked else [])


def _near(node: Node) -> list[Node]:
    found: list[Node] = []
    for depth, one in enumerate(node.ancestors()):
        if depth >= MESSAGE_DEPTH or one.tag in ("body", "main", "html"):
            break
        found.append(one)
    return found


def _pieces(dom: NodeMap, node: Node) -> list[str]:
    if node.kind == TEXT:
        return [node.text.strip()] if node.text.strip() else []
    return dom.texts(node, 3_000)


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
    vanished: Counter[str] = Counter()
    appeared: Counter[str] = Counter()
    if not any(one.vanished for one in result.sites.values()):
        return
    for one in result.sites.values():
        vanished.update(one.vanished)
        appeared.update(one.appeared)
    both = vanished & appeared
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
