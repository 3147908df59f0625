"""What the user typed where, to notice when it is gone. Values are compared, never shown."""

from __future__ import annotations

from dataclasses import dataclass

from graph.traces.dom import Node, NodeMap, walk
from graph.traces.element import FIELDS, describe, is_choice, is_field
from graph.traces.observed import FieldLoss, Observed
from graph.traces.trace import Element, Page
from graph.traces.wording import searches

MIN_LENGTH = 2
"""Characters somebody must have typed before their loss can hurt."""

SAME_TIME_MS = 150
"""Losses this close together are one: a form that was reset."""


@dataclass(slots=True, kw_only=True)
class _Memory:
    element: Element
    value: str
    before: str
    ms: int
    node_id: int
    action: int
    submitted_ms: int = -1


class FieldMemory:
    """Remembers the last value of every field the user filled, per page template."""

    def __init__(self, seen: Observed) -> None:
        self._seen = seen
        self._memories: dict[tuple[str, str], _Memory] = {}
        self._pending: dict[tuple[str, str], FieldLoss] = {}

    def typed(
        self,
        ms: int,
        node: Node,
        element: Element,
        page: Page,
        value: str,
        before: str,
        action: int,
    ) -> None:
        """The user changed a field."""
        key = (page.template, element.key)
        pending = self._pending.pop(key, None)
        if pending is not None and value:
            pending.refilled_ms = ms
        known = self._memories.get(key)
        if known is not None and known.node_id == node.identifier:
            before = known.before if known.submitted_ms < 0 else known.value
        if not value:
            self._memories.pop(key, None)  # cleared by hand
        elif not _forgettable(node, element):
            self._memories[key] = _Memory(
                element=element,
                value=value,
                before=before,
                ms=ms,
                node_id=node.identifier,
                action=action,
            )

    def submitted(self, ms: int, page: Page) -> None:
        """A control that sends the form was used: what is on this page has been handed over."""
        for (template, _), memory in self._memories.items():
            if template == page.template:
                memory.submitted_ms = ms

    def set_by_page(
        self, ms: int, node: Node, element: Element, page: Page, value: str, action: int
    ) -> None:
        """The page itself changed a field's value."""
        key = (page.template, element.key)
        memory = self._memories.get(key)
        if value:
            self._pending.pop(key, None)
            return
        if memory is None or len(memory.value) < MIN_LENGTH or is_choice(node):
            return
        self._lose(key, memory, ms, "was emptied", action)

    def appeared(
        self, ms: int, dom: NodeMap, node: Node, page: Page, *, fresh: bool = False
    ) -> None:
        """A field was put on the page; it may be one that had been filled before.

        On a fresh document the recorder counts its ids from the start, so an equal id means nothing.
        """
        if not (is_field(node) or is_choice(node)) or not any(
            page.template == one for one, _ in self._memories
        ):
            return
        element = describe(dom, node)
        memory = self._memories.get((page.template, element.key))
        if memory is None or memory.ms >= ms:
            return
        if memory.node_id == node.identifier and not fresh:
            return
        self._compare((page.template, element.key), memory, node, ms)

    def page_loaded(self, ms: int, dom: NodeMap, page: Page) -> None:
        """A whole page was loaded: compare every field that was filled here before."""
        if dom.root is None or not any(page.template == one for one, _ in self._memories):
            return
        for node in walk(dom.root, 20_000):
            if node.tag in FIELDS or "aria-checked" in node.attrs:
                self.appeared(ms, dom, node, page, fresh=True)

    def _compare(self, key: tuple[str, str], memory: _Memory, node: Node, ms: int) -> None:
        value = value_of(node)
        memory.node_id = node.identifier
        if not value and not is_choice(node) and len(memory.value) >= MIN_LENGTH:
            self._lose(key, memory, ms, "was empty again", -1)
        elif value and value == memory.before and value != memory.value and "*" not in value:
            self._lose(key, memory, ms, "had its old value again", -1)

    def _lose(self, key: tuple[str, str], memory: _Memory, ms: int, how: str, action: int) -> None:
        losses = self._seen.losses
        del self._memories[key]
        if losses and ms - losses[-1].ms <= SAME_TIME_MS and losses[-1].how == how:
            losses[-1].fields += 1
            self._pending[key] = losses[-1]
            return
        loss = FieldLoss(
            ms=ms,
            field=memory.element,
            length=len(memory.value),
            fields=1,
            how=how,
            action=memory.action if action < 0 else action,
            typed_ms=memory.ms,
            submitted_ms=memory.submitted_ms,
        )
        losses.append(loss)
        self._pending[key] = loss


def value_of(node: Node) -> str:
    """The value of a field as recorded."""
    if node.tag != "input" and is_choice(node):
        return "on" if node.attrs.get("aria-checked") == "true" else "off"
    if is_choice(node):
        return "on" if "checked" in node.attrs else "off"
    if node.tag == "textarea":
        return node.attrs.get("value", "") or "".join(one.text for one in node.children.values())
    return node.attrs.get("value", "")


def _searches(node: Node) -> bool:
    """True within a form whose button searches: such a form starts empty each time."""
    form = next((one for one in node.ancestors() if one.tag == "form"), None)
    if form is None:
        return False
    if form.attrs.get("role") == "search":
        return True
    return any(
        searches("".join(child.text for child in one.children.values()))
        for one in walk(form, 400)
        if one.tag == "button"
    )


def _forgettable(node: Node, element: Element) -> bool:
    """Fields that pages empty for good reasons: passwords, one-time codes, searches, messages."""
    kind = node.attrs.get("type", "")
    if kind in ("password", "search", "file", "hidden") or node.attrs.get("role") == "searchbox":
        return True
    if _searches(node):
        return True
    name = f"{element.key} {node.attrs.get('name', '')} {node.attrs.get('placeholder', '')}"
    return searches(name) or node.attrs.get("autocomplete") in ("one-time-code", "cc-csc")
