"""Naming what was acted on: in words for a reader, and by a key that other sessions share."""

from __future__ import annotations

from itertools import islice

import re2

from graph.traces.dom import TEXT, Node, NodeMap, walk
from graph.traces.masking import mask_text, shorten, squeeze
from graph.traces.trace import Element

FIELDS = frozenset({"input", "textarea", "select"})
_BUTTON_TYPES = frozenset({"submit", "button", "reset", "image"})
_CHOICE_TYPES = frozenset({"checkbox", "radio"})
_CONTROL_ROLES = frozenset(
    {
        "button", "link", "tab", "menuitem", "menuitemcheckbox", "menuitemradio", "option",
        "checkbox", "radio", "switch", "combobox", "slider", "spinbutton", "treeitem", "gridcell",
    }
)  # fmt: skip
_CONTROL_TAGS = frozenset({"a", "button", "input", "select", "textarea", "summary", "option"})
_CONTROL_CLASS = re2.compile(
    r"(?i)(?:^|[\s_-])(?:btn|button|clickable|cta|chip|toggle)(?:$|[\s_-])"
)
_OVERLAY_CLASS = re2.compile(
    r"(?i)overlay|backdrop|scrim|modal-bg|veil|curtain|shade|blocker|lightbox|mask(?:$|[\s_-])"
)
_TEST_ATTRIBUTES = ("data-testid", "data-test", "data-test-id", "data-qa", "data-cy", "data-action")
_DIGITS = re2.compile(r"\d+")
_QUOTED = re2.compile(r"[\"“”‘’'«»].{0,80}?[\"“”‘’'«»]")
_GENERATED = re2.compile(r"\d|__|[A-Z][a-z]+[A-Z]\w*$|^(?:css|sc|jsx|svelte|ng|v)-")
PLACEHOLDER = '"*"'
"""Stands for a quoted name that differs from session to session."""

MAX_NAME = 60
MAX_SIBLINGS = 60
"""Siblings looked at to tell one of many alike; more would say the same."""


def control_of(dom: NodeMap, node: Node) -> Node | None:
    """The nearest control at or above a node, or None where nothing there is meant to be used."""
    for depth, one in enumerate(node.ancestors()):
        if depth > 8 or one.tag in ("body", "html"):
            return None
        if is_control(dom, one):
            return one
        if one.tag == "label":
            return labelled_field(dom, one) or one
    return None


def is_control(dom: NodeMap, node: Node) -> bool:
    """True where markup, role, handler or pointer cursor says that the node is to be operated."""
    tag, attrs = node.tag, node.attrs
    if not tag or tag in ("body", "html"):
        return False
    if tag in _CONTROL_TAGS:
        return tag != "a" or "href" in attrs or "role" in attrs or "onclick" in attrs or bool(attrs)
    if attrs.get("role") in _CONTROL_ROLES or "onclick" in attrs:
        return True
    if attrs.get("tabindex", "-1") not in ("-1", "") and not tag.startswith("h"):
        return True
    if "class" in attrs and _CONTROL_CLASS.search(attrs["class"]):
        return True
    # A cursor is set by design: a hand invites, a barred circle says "not now" of a real control.
    return dom.styles.value(node, "cursor") in ("pointer", "not-allowed")


def labelled_field(dom: NodeMap, label: Node) -> Node | None:
    """The field a label belongs to."""
    wanted = label.attrs.get("for")
    if wanted:
        root = dom.root
        scope = next((one for one in label.ancestors() if one.tag in ("form", "body")), root)
        if scope is None:
            return None
        return next((one for one in walk(scope) if one.attrs.get("id") == wanted), None)
    return next((one for one in walk(label, 60) if one.tag in FIELDS), None)


def is_overlay(node: Node, dom: NodeMap | None = None) -> bool:
    """True for what lies over the page: by its name, or because it stays put while the page scrolls."""
    marks = f"{node.attrs.get('class', '')} {node.attrs.get('id', '')}"
    if _OVERLAY_CLASS.search(marks):
        return True
    if dom is None or node.tag in ("header", "nav", "aside"):
        return False
    return dom.styles.value(node, "position") == "fixed"


def is_field(node: Node) -> bool:
    """True for something one types or chooses in."""
    if node.tag in ("textarea", "select") or "contenteditable" in node.attrs:
        return True
    return node.tag == "input" and node.attrs.get("type", "text") not in _BUTTON_TYPES


def is_choice(node: Node) -> bool:
    """True for a check box, a radio button or a switch."""
    if node.tag == "input":
        return node.attrs.get("type") in _CHOICE_TYPES
    return node.attrs.get("role") in ("checkbox", "radio", "switch", "menuitemradio")


def describe(dom: NodeMap, node: Node) -> Element:
    """The element that a click on ``node`` was meant for."""
    control = control_of(dom, node)
    target = control or _named_ancestor(dom, node)
    role = role_of(target)
    name = name_of(dom, target)
    shown = shorten(mask_text(name), MAX_NAME)
    words = f'{role} "{shown}"' if shown else _nameless(target, role)
    return Element(words=words, key=_key(dom, target, role, name), control=control is not None)


def _named_ancestor(dom: NodeMap, node: Node) -> Node:
    """For an inert click: the smallest element around it that has a text of its own."""
    for depth, one in enumerate(node.ancestors()):
        if depth > 3 or one.tag in ("body", "html", "main"):
            break
        if one.tag and dom.text(one, 80):
            return one
    return node if node.tag else (node.styled_parent or node)


def role_of(node: Node) -> str:
    """The word a reader would use for the element."""
    role = node.attrs.get("role", "")
    if role in _CONTROL_ROLES or role in ("dialog", "alert", "tabpanel"):
        return "menu item" if role.startswith("menuitem") else role
    tag = node.tag
    kind = node.attrs.get("type", "")
    if tag == "a":
        return "link"
    if tag == "button" or (tag == "input" and kind in _BUTTON_TYPES):
        return "button"
    if tag == "input":
        return {"checkbox": "check box", "radio": "radio button", "range": "slider"}.get(
            kind, "field"
        )
    plain = {"textarea": "field", "select": "list", "summary": "disclosure", "img": "image"}
    if tag in plain:
        return plain[tag]
    if node.attrs.get("class") and _CONTROL_CLASS.search(node.attrs["class"]):
        return "button"
    if is_overlay(node):
        return "overlay"
    if tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
        return "heading"
    return (
        "text"
        if tag in ("p", "span", "strong", "em", "b", "i", "label", "td", "dd", "dt")
        else "area"
    )


def name_of(dom: NodeMap, node: Node) -> str:
    """The accessible name, near enough: label, text, placeholder, title, alternative text, name."""
    if node.attrs.get("aria-label"):
        return squeeze(node.attrs["aria-label"])
    if is_field(node):
        return _label_text(dom, node) or _attribute(node, ("placeholder", "title", "name", "id"))
    text = squeeze(dom.text(node, 120))
    return text or _attribute(node, ("title", "value", "alt")) or _hint_inside(node)


def _attribute(node: Node, names: tuple[str, ...]) -> str:
    return next((squeeze(node.attrs[name]) for name in names if node.attrs.get(name)), "")


def _hint_inside(node: Node) -> str:
    """What an icon says of itself."""
    for one in walk(node, 40):
        hint = _attribute(one, ("alt", "aria-label", "title"))
        if hint:
            return hint
        if one.tag == "title" and one.children:
            return squeeze("".join(child.text for child in one.children.values()))
    return ""


def _label_text(dom: NodeMap, field: Node) -> str:
    identifier = field.attrs.get("id")
    scope: Node = field
    for depth, one in enumerate(field.ancestors()):
        scope = one
        if one.tag == "label":
            return _own_text(dom, one)
        if depth > 12 or one.tag in ("form", "body"):
            break
    if not identifier:
        return ""
    for one in walk(scope, 2_000):
        if one.tag == "label" and one.attrs.get("for") == identifier:
            return _own_text(dom, one)
    return ""


def _own_text(dom: NodeMap, label: Node) -> str:
    """A label's text without that of the fields within it: the options of a list are not its name."""
    pieces: list[str] = []
    pending = [label]
    while pending and len(pieces) < 12:
        node = pending.pop()
        if node.tag in FIELDS or (node.tag and dom.hidden(node)):
            continue
        if node.kind == TEXT and node.text.strip():
            pieces.append(node.text.strip())
        pending.extend(reversed(node.children.values()))
    return squeeze(" ".join(pieces))[:80]


def _nameless(node: Node, role: str) -> str:
    mark = _mark(node)
    return f"{role} without a name ({mark})" if mark else f"{role} without a name"


def _mark(node: Node) -> str:
    """A stable technical mark: test attribute, id or a telling class."""
    for name in _TEST_ATTRIBUTES:
        if node.attrs.get(name):
            return _DIGITS.sub("#", node.attrs[name])[:40]
    identifier = node.attrs.get("id", "")
    if identifier and not _GENERATED.search(identifier):
        return f"#{identifier[:40]}"
    telling = [one for one in node.attrs.get("class", "").split() if not _GENERATED.search(one)]
    return "." + ".".join(sorted(telling)[:3])[:60] if telling else ""


def _key(dom: NodeMap, node: Node, role: str, name: str) -> str:
    shown = _DIGITS.sub("#", mask_text(name).lower()).strip()
    if shown and (len(shown) > 48 or _item_specific(dom, node, name)):
        mark = _mark(node) or node.tag
        return f"{role}:item {mark}"
    if not shown:
        return f"{role}:{_mark(node) or _path_mark(node)}"
    return f"{role}:{shorten(_QUOTED.sub(PLACEHOLDER, shown), 48)}"


def _path_mark(node: Node) -> str:
    """Tags up to the nearest ancestor with a mark: better than nothing, the same in each session."""
    tags: list[str] = []
    for depth, one in enumerate(node.ancestors()):
        if depth and one.tag and (mark := _mark(one)):
            return f"{mark} {'>'.join(reversed(tags))}"
        if depth > 4:
            break
        tags.append(one.tag)
    return ">".join(reversed(tags))


def place_of(node: Node) -> str:
    """Tags, ids and classes up to four levels: where something is, the same after a redraw."""
    parts: list[str] = []
    for one in node.ancestors():
        if len(parts) >= 4 or one.tag in ("body", "html"):
            break
        if one.tag:
            parts.append(f"{one.tag}#{one.attrs.get('id', '')}.{one.attrs.get('class', '')[:60]}")
    return ">".join(parts)


def _item_specific(dom: NodeMap, node: Node, name: str) -> bool:
    """True for one of many alike whose name is its own: a card, a row, "Delete Anna's note"."""
    for depth, one in enumerate(node.ancestors()):
        parent = one.parent
        if depth > 4 or parent is None or one.tag in ("body", "main", "form", "nav"):
            return False
        signature = (one.tag, one.attrs.get("class", ""))
        alike = [
            child
            for child in islice(parent.children.values(), MAX_SIBLINGS)
            if child.tag and (child.tag, child.attrs.get("class", "")) == signature
        ]
        if len(alike) < 4 or _in_navigation(one):
            continue
        if len(dom.text(one, 200)) < len(name) * 1.5 + 10:
            continue  # the control is all there is of it: a toolbar, a set of actions
        names = _names_alike(dom, alike, node)
        return names.count(name) < 2 and len(set(names)) >= 4
    return False


def _in_navigation(node: Node) -> bool:
    return any(
        one.tag in ("nav", "header", "footer")
        or one.attrs.get("role") in ("navigation", "tablist", "menu", "menubar", "toolbar")
        for one in node.ancestors()
    )


def _names_alike(dom: NodeMap, alike: list[Node], node: Node) -> list[str]:
    signature = (node.tag, node.attrs.get("class", ""))
    names: list[str] = []
    for item in alike[:12]:
        for one in walk(item, 80):
            if one.kind != TEXT and (one.tag, one.attrs.get("class", "")) == signature:
                names.append(name_of(dom, one))
    return names
