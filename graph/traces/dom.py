"""The node map of a recording: what is on the page at any moment, without a browser.

Filled by full snapshots and kept current by mutations. It answers three questions: which element
was this, what text is visible, and what did a change make appear or vanish.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graph.traces.shapes import as_dict, as_id, as_list, as_text
from graph.traces.styles import StyleIndex

ELEMENT, TEXT = 2, 3
"""rrweb node types that matter here; documents (0) are kept as nodes without a tag."""

NEVER_VISIBLE = frozenset(
    {"script", "style", "noscript", "template", "head", "title", "meta", "link", "base", "source"}
)
BLOCKED = frozenset({"iframe", "canvas", "video", "object", "embed"})
"""Content a recording does not hold unless the recorder was told to."""

_STYLED = frozenset({"style", "link"})
"""Elements that bring style sheets."""

MAX_WALK = 4_000
"""Nodes visited by one walk over a subtree: bounds the work of one event."""


class Node:
    """One recorded node. Mutable, private to the walk over one recording."""

    __slots__ = ("attrs", "children", "identifier", "kind", "marks", "parent", "tag", "text")

    def __init__(self, identifier: int, kind: int, tag: str, attrs: dict[str, str]) -> None:
        self.identifier = identifier
        self.kind = kind
        self.tag = tag
        self.attrs = attrs
        self.text = ""
        self.parent: Node | None = None
        self.children: dict[int, Node] = {}
        self.marks = -1
        """What its attributes say it is, for ``graph.traces.mutations``; -1 until asked."""

    @property
    def styled_parent(self) -> Node | None:
        parent = self.parent
        while parent is not None and not parent.tag:
            parent = parent.parent
        return parent

    def ancestors(self) -> Iterator[Node]:
        """The node itself, then its parents up to the root."""
        current: Node | None = self
        while current is not None:
            yield current
            current = current.parent


class NodeMap:
    """Every node of the page by its recorded id."""

    def __init__(self) -> None:
        self.nodes: dict[int, Node] = {}
        self.root: Node | None = None
        self.styles = StyleIndex()
        self._hidden: dict[int, bool] = {}

    def get(self, identifier: int) -> Node | None:
        return self.nodes.get(identifier)

    def load(self, tree: dict[str, Any]) -> None:
        """Replace everything by a full snapshot's tree."""
        self.nodes = {}
        self.styles = StyleIndex()
        self._hidden = {}
        self.root = self._build(tree, None)

    def _build(self, tree: dict[str, Any], parent: Node | None) -> Node:
        root = self._make(tree, parent)
        styled = root.tag in _STYLED
        pending = [(root, tree)]
        while pending:
            node, source = pending.pop()
            for one in as_list(source.get("childNodes")):
                child = as_dict(one)
                if child:
                    made = self._make(child, node)
                    styled = styled or made.tag in _STYLED
                    if child.get("childNodes"):
                        pending.append((made, child))
        if styled:
            self._collect_styles(root)
        return root

    def _make(self, source: dict[str, Any], parent: Node | None) -> Node:
        kind = as_id(source.get("type"))
        identifier = as_id(source.get("id"))
        if kind == ELEMENT:
            raw = as_dict(source.get("attributes"))
            attrs = {k: v if isinstance(v, str) else _attribute(v) for k, v in raw.items()}
            node = Node(identifier, kind, as_text(source.get("tagName")).lower(), attrs)
        else:
            node = Node(identifier, kind, "", {})
            if kind == TEXT:
                node.text = as_text(source.get("textContent"))
        self._hidden.pop(identifier, None)
        self.nodes[identifier] = node
        if parent is not None:
            node.parent = parent
            parent.children[identifier] = node
        return node

    def _collect_styles(self, root: Node) -> None:
        for node in walk(root, 200_000):
            if node.tag in _STYLED:
                css = node.attrs.get("_cssText") or "".join(
                    child.text for child in node.children.values()
                )
                if css:
                    self.add_style(css)

    def add_style(self, css: str) -> None:
        """Put the rules of another sheet into force."""
        self.styles.add(css)
        self._hidden.clear()

    def remove(self, identifier: int) -> Node | None:
        """Detach a subtree and return its root; its nodes stay known until they are gone for good."""
        node = self.nodes.get(identifier)
        if node is None:
            return None
        if node.parent is not None:
            node.parent.children.pop(identifier, None)
            node.parent = None
        return node

    def forget(self, root: Node) -> None:
        """Drop a detached subtree from the map."""
        for node in walk(root, 1_000_000):
            if self.nodes.get(node.identifier) is node:
                del self.nodes[node.identifier]
                self._hidden.pop(node.identifier, None)

    def add(self, parent_id: int, next_id: int | None, source: dict[str, Any]) -> Node | None:
        """Insert a node before another; None where its parent is not known (yet)."""
        parent = self.nodes.get(parent_id)
        if parent is None:
            return None
        old = self.nodes.get(as_id(source.get("id")))
        if old is not None and any(one is old for one in parent.ancestors()):
            return None  # a node within itself: no page has that
        if old is not None and old.parent is not None:
            old.parent.children.pop(old.identifier, None)
        node = self._build(source, None)
        if old is not None and not node.children and old.children:
            # A move arrives as the bare node: what it held moves with it.
            node.children = old.children
            for child in node.children.values():
                child.parent = node
        node.parent = parent
        if next_id is not None and next_id in parent.children and len(parent.children) <= 400:
            _insert_before(parent, node, next_id)
        else:
            parent.children[node.identifier] = node
        return node

    def set_attribute(self, node: Node, name: str, value: Any) -> None:  # noqa: ANN401
        """Apply one attribute of a mutation; None removes it, a style may come as a difference."""
        node.marks = -1
        if self.reaches_inside(node, name, value):
            self._hidden.clear()
        else:
            self._hidden.pop(node.identifier, None)
        if value is None:
            node.attrs.pop(name, None)
        elif name == "style" and as_dict(value):
            node.attrs["style"] = _merged_style(node.attrs.get("style", ""), as_dict(value))
        else:
            node.attrs[name] = value if isinstance(value, str) else _attribute(value)

    def reaches_inside(self, node: Node, name: str, value: Any) -> bool:  # noqa: ANN401
        """True where what is inside the node may appear or vanish by this attribute change."""
        inherited = self.styles.inherited
        if not inherited:
            return False
        if name != "class":
            return name in inherited
        before = set(node.attrs.get("class", "").split())
        after = set(value.split()) if isinstance(value, str) else set[str]()
        return not inherited.isdisjoint(before ^ after)

    def would_hide(self, node: Node, classes: Any) -> bool:  # noqa: ANN401
        """True where other classes would hide a node that is shown now."""
        before = node.attrs.get("class")
        node.attrs["class"] = classes if isinstance(classes, str) else ""
        hides = self._is_hidden(node)
        if before is None:
            del node.attrs["class"]
        else:
            node.attrs["class"] = before
        return hides

    def hidden(self, node: Node) -> bool:
        """True where the node itself is not shown; its parents are not asked."""
        known = self._hidden.get(node.identifier)
        if known is None:
            known = self._hidden[node.identifier] = self._is_hidden(node)
        return known

    def _is_hidden(self, node: Node) -> bool:
        tag = node.tag
        if not tag:
            return False
        attrs = node.attrs
        if tag in NEVER_VISIBLE or "hidden" in attrs:
            return True
        if tag == "dialog" and "open" not in attrs:
            return True
        if tag == "input" and attrs.get("type") == "hidden":
            return True
        style = attrs.get("style")
        if style:
            inline = _inline_hidden(style)
            if inline is not None:
                return inline
        return self.styles.hides(node)

    def visible(self, node: Node) -> bool:
        """True where neither the node nor any parent is hidden, and it is on the page."""
        hidden = self._hidden
        last = one = node
        inside: Node | None = None
        while True:
            known = hidden.get(one.identifier)
            if known or (known is None and self.hidden(one)):
                return False
            tag = one.tag
            if tag:
                closed = tag == "details" and "open" not in one.attrs
                if closed and inside is not None and inside.tag != "summary":
                    return False
                inside = one
            last = one
            if one.parent is None:
                return last is self.root
            one = one.parent

    def text(self, root: Node, limit: int = 400) -> str:
        """Visible text of a subtree, words separated by a space; the root's parents are not asked."""
        return " ".join(self.texts(root, limit))

    def texts(self, root: Node, limit: int = 400) -> list[str]:
        """Visible pieces of text of a subtree in document order, at most ``limit`` characters."""
        found: list[str] = []
        length = 0
        for node in self.walk_visible(root):
            piece = own_text(node)
            if piece and not piece.isspace():
                piece = piece.strip()
                found.append(piece)
                length += len(piece)
                if length > limit:
                    break
        return found

    def walk_visible(self, root: Node, limit: int = MAX_WALK) -> Iterator[Node]:
        """Nodes of a subtree in document order, hidden subtrees left out."""
        pending = [root]
        while pending and limit:
            node = pending.pop()
            limit -= 1
            if node.kind == ELEMENT and self.hidden(node):
                continue
            yield node
            if node.children:
                children = list(node.children.values())
                if node.tag == "details" and "open" not in node.attrs:
                    children = [child for child in children if child.tag == "summary"]
                pending.extend(reversed(children))


def subtree(root: Node, limit: int) -> list[Node]:
    """Nodes of a subtree in document order, as ``walk`` gives them."""
    if not root.children:
        return [root]
    found: list[Node] = []
    pending = [root]
    while pending and len(found) < limit:
        node = pending.pop()
        found.append(node)
        if node.children:
            pending.extend(reversed(node.children.values()))
    return found


def walk(root: Node, limit: int = MAX_WALK) -> Iterator[Node]:
    """Nodes of a subtree in document order."""
    if not root.children:
        yield root
        return
    pending = [root]
    while pending and limit:
        node = pending.pop()
        limit -= 1
        yield node
        if node.children:
            pending.extend(reversed(node.children.values()))


def own_text(node: Node) -> str:
    """The text of a text node, or the caption of a button that is an input."""
    if node.kind == TEXT:
        return node.text
    if node.tag == "input" and node.attrs.get("type") in ("submit", "button", "reset"):
        return node.attrs.get("value", "")
    return ""


def _attribute(value: Any) -> str:  # noqa: ANN401
    if value is True:
        return ""
    style = as_dict(value)
    if style:
        return _merged_style("", style)
    return "" if value is None else str(value)


def _merged_style(style: str, change: dict[str, Any]) -> str:
    declarations = _style_pairs(style)
    for name, value in change.items():
        if value is False or value is None:
            declarations.pop(name, None)
        else:
            pair = as_list(value)
            declarations[name] = str(pair[0] if pair else value)
    return ";".join(f"{name}:{value}" for name, value in declarations.items())


def _style_pairs(style: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for one in style[:4_000].split(";"):
        name, separator, value = one.partition(":")
        if separator:
            pairs[name.strip().lower()] = value.strip().lower()
    return pairs


def _inline_hidden(style: str) -> bool | None:
    """What an inline style says of visibility; None where it says nothing."""
    if "display" not in style and "visibility" not in style and "opacity" not in style:
        return None
    pairs = {k: v.removesuffix("!important").strip() for k, v in _style_pairs(style).items()}
    if pairs.get("display") == "none" or pairs.get("visibility") in ("hidden", "collapse"):
        return True
    if pairs.get("opacity") in ("0", "0.0", "0%"):
        return True
    return False if "display" in pairs else None


def _insert_before(parent: Node, node: Node, next_id: int) -> None:
    ordered: dict[int, Node] = {}
    for identifier, child in parent.children.items():
        if identifier == next_id:
            ordered[node.identifier] = node
        if identifier != node.identifier:
            ordered[identifier] = child
    parent.children = ordered
