"""What the recorded style sheets say about visibility and operability. Not a layout engine.

Applications show and hide by class (``.modal{display:none} .modal.open{display:flex}``), so saying
what appeared after a click takes the rules that set display, visibility, opacity, cursor or pointer
events, and nothing else of CSS. Selectors are matched by type, id, class and attribute with
descendant and child combinators; a rule with anything else (``:hover``, ``:has``, siblings) is
ignored, since a recording does not tell whether it holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple, Protocol, cast

import re2

MAX_SHEET = 2_000_000
"""Characters of one style sheet that are read; the largest sheets in use are below."""

MAX_REMEMBERED = 20_000
"""Combinations of tag, id and class remembered for one page; more would cost memory for nothing."""

PROPERTIES = ("display", "visibility", "opacity", "cursor", "pointer-events", "position")
_WANTED = re2.compile(r"(?:display|visibility|opacity|cursor|pointer-events|position)\s*:")
_COMPOUND = re2.compile(
    r"([#.]?[A-Za-z_\\\-][\w\\\-]*)|\[([\w\-]+)(?:([~|^$*]?=)[\"']?([^\"'\]]*)[\"']?)?\]|(\*)|(:root)"
)
_COMMENT = re2.compile(r"(?s)/\*.*?\*/")


class StyledNode(Protocol):
    """What matching needs of a node."""

    tag: str
    attrs: dict[str, str]

    @property
    def styled_parent(self) -> StyledNode | None: ...


class Compound(NamedTuple):
    """One compound selector: everything that must hold of one node."""

    tag: str
    identifier: str
    classes: frozenset[str]
    attributes: tuple[tuple[str, str, str], ...]


class Rule(NamedTuple):
    """One selector with the declarations that matter."""

    parts: tuple[tuple[str, Compound], ...]
    """(combinator before it, compound), left to right; the last one is the subject."""
    specificity: tuple[int, int, int]
    declarations: tuple[tuple[str, str, bool], ...]


@lru_cache(maxsize=256)
def parse_sheet(css: str) -> tuple[Rule, ...]:
    """The rules of a sheet that say something about visibility; cached, since pages share sheets."""
    text = _COMMENT.sub("", css[:MAX_SHEET])
    rules: list[Rule] = []
    for selector, body in _blocks(text):
        if not _WANTED.search(body):
            continue
        declarations = _declarations(body)
        if not declarations:
            continue
        for one in selector.split(","):
            rule = _rule(one.strip(), declarations)
            if rule is not None:
                rules.append(rule)
    return tuple(rules)


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """(selector, body) of each rule; at-rules that hold for a screen are entered, others left."""
    position, end = 0, len(text)
    while position < end:
        opening = text.find("{", position)
        if opening < 0:
            return
        selector = text[position:opening].strip()
        while selector.startswith("@") and ";" in selector:
            selector = selector.partition(";")[2].strip()
        closing = text.find("}", opening)
        closing = end if closing < 0 else closing
        if selector.startswith("@"):
            nested = text.find("{", opening + 1)
            if not _entered(selector) or nested < 0 or nested > closing:
                closing = _matching_brace(text, opening)
                position = closing + 1
            else:
                position = opening + 1
            continue
        if not selector.startswith("}"):
            yield selector, text[opening + 1 : closing]
        else:
            yield selector.lstrip("} \n\t"), text[opening + 1 : closing]
        position = closing + 1


def _entered(at_rule: str) -> bool:
    lowered = at_rule.lower()
    if lowered.startswith(("@supports", "@layer")):
        return True
    # Width queries need a layout: only those for all screens are taken.
    return lowered.startswith("@media") and "print" not in lowered and "width" not in lowered


def _matching_brace(text: str, opening: int) -> int:
    depth, position = 1, opening + 1
    while depth:
        closing = text.find("}", position)
        if closing < 0:
            return len(text)
        depth += text.count("{", position, closing) - 1
        position = closing + 1
    return position - 1


def _declarations(body: str) -> tuple[tuple[str, str, bool], ...]:
    found: list[tuple[str, str, bool]] = []
    for one in body.split(";"):
        name, _, value = one.partition(":")
        name = name.strip().lower()
        if name in PROPERTIES:
            value = value.strip().lower()
            important = value.endswith("!important")
            found.append((name, value.removesuffix("!important").strip(), important))
    return tuple(found)


def _rule(selector: str, declarations: tuple[tuple[str, str, bool], ...]) -> Rule | None:
    if not selector or any(mark in selector for mark in ("+", "~", "&", "|")):
        return None
    if ":" in selector.replace(":root", ""):
        return None
    parts: list[tuple[str, Compound]] = []
    combinator = ""
    ids = classes = tags = 0
    for piece in _pieces(selector):
        if piece == ">":
            combinator = ">"
            continue
        compound = _compound(piece)
        if compound is None:
            return None
        parts.append((combinator or (" " if parts else ""), compound))
        combinator = ""
        ids += bool(compound.identifier)
        classes += len(compound.classes) + len(compound.attributes)
        tags += bool(compound.tag)
    if not parts or len(parts) > 8:
        return None
    return Rule(tuple(parts), (ids, classes, tags), declarations)


def _pieces(selector: str) -> list[str]:
    spaced = selector.replace(">", " > ")
    tokens: list[str] = []
    open_bracket = ""
    for word in spaced.split():
        if open_bracket:
            open_bracket += " " + word
            if "]" in word:
                tokens.append(open_bracket)
                open_bracket = ""
        elif "[" in word and "]" not in word:
            open_bracket = word
        else:
            tokens.append(word)
    return tokens


def _compound(token: str) -> Compound | None:
    tag, identifier = "", ""
    classes: set[str] = set()
    attributes: list[tuple[str, str, str]] = []
    position = 0
    while position < len(token):
        match = _COMPOUND.match(token, position)
        if match is None or match.end() == position:
            return None
        found = cast("tuple[str | None, ...]", match.groups())
        name = found[0]
        if name:
            plain = name.replace("\\", "")
            if plain.startswith("."):
                classes.add(plain[1:])
            elif plain.startswith("#"):
                identifier = plain[1:]
            else:
                tag = plain.lower()
        elif found[1]:
            attributes.append((found[1].lower(), found[2] or "", found[3] or ""))
        elif found[5]:
            tag = "html"
        position = cast("int", match.end())
    return Compound(tag, identifier, frozenset(classes), tuple(attributes))


_NO_CLASSES: frozenset[str] = frozenset()


def _holds(compound: Compound, node: StyledNode, classes: frozenset[str]) -> bool:
    if compound.classes and not compound.classes <= classes:
        return False
    if compound.tag and compound.tag != node.tag:
        return False
    if compound.identifier and compound.identifier != node.attrs.get("id"):
        return False
    if not compound.attributes:
        return True
    return all(_attribute_holds(node.attrs, *one) for one in compound.attributes)


def _attribute_holds(attrs: dict[str, str], name: str, operator: str, wanted: str) -> bool:
    value = attrs.get(name)
    if value is None:
        return False
    tests = {
        "": True,
        "=": value == wanted,
        "~=": wanted in value.split(),
        "^=": value.startswith(wanted),
        "$=": value.endswith(wanted),
        "*=": wanted in value,
        "|=": value == wanted or value.startswith(wanted + "-"),
    }
    return tests.get(operator, False)


@lru_cache(maxsize=16_384)
def _class_names(value: str) -> frozenset[str]:
    return frozenset(value.split())


def classes_of(node: StyledNode) -> frozenset[str]:
    value = node.attrs.get("class")
    return _class_names(value) if value else _NO_CLASSES


@dataclass(slots=True)
class StyleIndex:
    """The rules in force on one page, found by what their subject needs."""

    _by_key: dict[str, list[tuple[int, Rule]]] = field(
        default_factory=dict[str, list[tuple[int, Rule]]]
    )
    _count: int = 0
    inherited: set[str] = field(default_factory=set[str])
    """Classes and attributes of a parent that the visibility of what is inside depends on."""
    _plain: dict[tuple[str, str, str], dict[str, str]] = field(
        default_factory=dict[tuple[str, str, str], dict[str, str]]
    )
    """Values of nodes by tag, id and class, where no rule for them asks for anything else."""

    def add(self, css: str) -> None:
        self._plain.clear()
        for rule in parse_sheet(css):
            self._count += 1
            subject = rule.parts[-1][1]
            self._by_key.setdefault(_index_key(subject), []).append((self._count, rule))
            for _, compound in rule.parts[:-1]:
                self.inherited.update(compound.classes)
                self.inherited.update(name for name, _, _ in compound.attributes)

    def value(self, node: StyledNode, name: str) -> str:
        """The winning declaration of a property for a node, or an empty string."""
        return self.values(node).get(name, "")

    def hides(self, node: StyledNode) -> bool:
        """True where the rules in force leave nothing of the node to see."""
        if not self._count:
            return False
        values = self.values(node)
        return (
            values.get("display") == "none"
            or values.get("visibility") in ("hidden", "collapse")
            or values.get("opacity") in ("0", "0.0", "0%")
        )

    def values(self, node: StyledNode) -> dict[str, str]:
        """The winning declaration of every property that a rule sets for the node."""
        attrs = node.attrs
        plain = (node.tag, attrs.get("id", ""), attrs.get("class", ""))
        known = self._plain.get(plain)
        if known is not None:
            return known
        winners, is_plain = self._winners(node)
        if is_plain and len(self._plain) < MAX_REMEMBERED:
            self._plain[plain] = winners
        return winners

    def _winners(self, node: StyledNode) -> tuple[dict[str, str], bool]:
        """The values, and whether tag, id and classes alone decided them."""
        classes = classes_of(node)
        keys = [f".{one}" for one in classes]
        keys += [f"#{node.attrs['id']}"] if "id" in node.attrs else []
        keys += [node.tag, "*"]
        best: dict[str, tuple[bool, tuple[int, int, int], int]] = {}
        winners: dict[str, str] = {}
        is_plain = True
        for key in keys:
            for order, rule in self._by_key.get(key, ()):
                is_plain = is_plain and len(rule.parts) == 1 and not rule.parts[0][1].attributes
                if not _matches(rule, node, classes):
                    continue
                for name, value, important in rule.declarations:
                    rank = (important, rule.specificity, order)
                    if name not in best or rank > best[name]:
                        best[name], winners[name] = rank, value
        return winners, is_plain


def _index_key(compound: Compound) -> str:
    if compound.identifier:
        return f"#{compound.identifier}"
    if compound.classes:
        return f".{min(compound.classes)}"
    return compound.tag or "*"


def _nearest(compound: Compound, node: StyledNode | None) -> StyledNode | None:
    """The node or its nearest parent that a compound holds of."""
    while node is not None and not _holds(compound, node, classes_of(node)):
        node = node.styled_parent
    return node


def _matches(rule: Rule, node: StyledNode, classes: frozenset[str]) -> bool:
    if not _holds(rule.parts[-1][1], node, classes):
        return False
    current = node
    combinator = rule.parts[-1][0]
    for before, compound in reversed(rule.parts[:-1]):
        parent = current.styled_parent
        if combinator == ">":
            found = parent if parent and _holds(compound, parent, classes_of(parent)) else None
        else:
            found = _nearest(compound, parent)
        if found is None:
            return False
        current, combinator = found, before
    return True
