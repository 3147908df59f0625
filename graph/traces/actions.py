"""What the user did: clicks and typing, each with its target as it was at that moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graph.sources.recording import STEP, MouseInteraction, ProductEvent
from graph.traces.dom import BLOCKED, Node, NodeMap, walk
from graph.traces.element import (
    control_of,
    describe,
    is_choice,
    is_field,
    is_overlay,
    name_of,
)
from graph.traces.failure_names import names_failure
from graph.traces.fields import FieldMemory, value_of
from graph.traces.lookup import PageTable, resolve
from graph.traces.masking import show
from graph.traces.observed import Action, ActionKind, Change, ChangeKind, Mark, Observed
from graph.traces.shapes import as_id
from graph.traces.trace import Element, Page
from graph.traces.wording import marked_dialog, submits

BURST_MS = 5_000
"""A pause in typing longer than this starts a new row."""

SAME_CLICK_MS = 60
"""A click on a label also clicks its field: two events, one action."""

UNKNOWN = Element(words="something that was not recorded", key="unknown:", control=False)
_NOT_RECORDED = frozenset({*BLOCKED, "frame"})
_EXTERNAL = ("mailto:", "tel:", "sms:", "javascript:", "blob:", "data:")
_SELECTED_CLASSES = frozenset(
    {"active", "is-active", "selected", "is-selected", "current", "is-current"}
)


class ActionReader:
    """Turns mouse and input events into actions."""

    def __init__(self, seen: Observed, fields: FieldMemory) -> None:
        self._seen = seen
        self._fields = fields
        self._dom = NodeMap()
        self._window = "w1"
        self._focused = -1
        self._focus_known = False
        self._typed: dict[int, str] = {}
        self._pressed = (-1, -1)
        self.page = Page(alias="u1", url="(unknown page)", template="(unknown page)")
        self.url = ""

    def enter(self, dom: NodeMap, window: str) -> None:
        """Another document or another window."""
        if dom is not self._dom or window != self._window:
            self._typed = {}
        self._dom, self._window = dom, window
        self._focused = -1

    def close(self) -> None:
        """Nothing more will come."""
        for action in self._seen.actions:
            action.end_ms = max(action.end_ms, action.ms)

    # -- mouse -------------------------------------------------------------------------------

    def mouse(self, ms: int, data: dict[str, Any]) -> None:
        """A mouse interaction; only clicks become actions, focus is remembered."""
        kind, identifier = data.get("type"), as_id(data.get("id"))
        if kind == MouseInteraction.FOCUS:
            self._focused, self._focus_known = identifier, True
        elif kind == MouseInteraction.BLUR:
            self._focused = -1 if self._focused == identifier else self._focused
        elif kind in (MouseInteraction.MOUSE_DOWN, MouseInteraction.TOUCH_START):
            self._pressed = (ms, identifier)
        elif kind == MouseInteraction.CLICK:
            self._click(ms, data, ActionKind.CLICK)
        elif kind == MouseInteraction.DOUBLE_CLICK:
            self._click(ms, data, ActionKind.DOUBLE_CLICK)

    def _click(self, ms: int, data: dict[str, Any], kind: ActionKind) -> None:
        node = self._dom.get(as_id(data.get("id")))
        action = self._action(ms, kind, node, data)
        last = self._seen.actions[-1] if self._seen.actions else None
        if (
            last is not None
            and kind is ActionKind.CLICK
            and last.kind is ActionKind.CLICK
            and ms - last.ms <= SAME_CLICK_MS
            and last.control_id == action.control_id
        ):
            return
        self._seen.actions.append(action)
        sends = action.element.control and not action.field and submits(_name_in(action.element))
        if kind is ActionKind.CLICK and sends:
            self._fields.submitted(ms, self.page)
        if node is not None and kind is ActionKind.CLICK:
            self._switch(ms, node, action)

    def _switch(self, ms: int, node: Node, action: Action) -> None:
        """A switch made of other elements than inputs: remember what it was set to."""
        control = control_of(self._dom, node)
        if control is None or control.tag == "input" or not is_choice(control):
            return
        before = value_of(control)
        after = "off" if before == "on" else "on"
        self._fields.typed(ms, control, action.element, self.page, after, before, action.index)
        self._fields.submitted(ms, self.page)

    def _action(self, ms: int, kind: ActionKind, node: Node | None, data: dict[str, Any]) -> Action:
        x, y = data.get("x"), data.get("y")
        action = Action(
            index=len(self._seen.actions),
            ms=ms,
            kind=kind,
            element=UNKNOWN,
            node_id=as_id(data.get("id")),
            control_id=as_id(data.get("id")),
            around=frozenset(),
            page=self.page,
            window=self._window,
            x=float(x) if isinstance(x, int | float) else 0.0,
            y=float(y) if isinstance(y, int | float) else 0.0,
            end_ms=ms,
            press_ms=self._pressed[0] if 0 <= ms - self._pressed[0] <= 1_000 else ms,
        )
        if node is None or node.tag in _NOT_RECORDED:
            return action
        self._describe_target(action, node)
        return action

    def _describe_target(self, action: Action, node: Node) -> None:
        dom = self._dom
        control = control_of(dom, node)
        target = control or node
        action.element = describe(dom, node)
        action.control_id = target.identifier
        action.around = _around(target)
        action.field = control is not None and is_field(control)
        action.choice = control is not None and is_choice(control)
        action.disabled = any(_disabled(one) for one in _up(target, 3)) or any(
            dom.styles.value(one, "cursor") == "not-allowed"
            for one in (target, *_up(node, 4))
            if one.tag
        )
        action.current = _is_current(target)
        action.in_form = any(one.tag in ("form", "fieldset", "label") for one in _up(node, 6))
        action.overlay = control is None and any(
            is_overlay(one, dom) for one in _up(node, 3) if one.tag
        )
        if action.overlay:
            action.dialog_open = self._open_dialog(node)
        self._describe_link(action, target)

    def _describe_link(self, action: Action, target: Node) -> None:
        link = next((one for one in _up(target, 4) if one.tag == "a" and "href" in one.attrs), None)
        if link is None:
            action.leaves = target.attrs.get("type") == "file"
            return
        href = link.attrs["href"].strip()
        if href.startswith("#") and not href.startswith(("#/", "#!")):
            return
        action.leaves = (
            href.lower().startswith(_EXTERNAL[:3])
            or "download" in link.attrs
            or link.attrs.get("target", "_self") not in ("_self", "", "_top", "_parent")
        )
        if not href.lower().startswith(_EXTERNAL):
            action.link = resolve(href, self.url)
            action.current = action.current or action.link.rstrip("/") == self.url.rstrip("/")

    def _open_dialog(self, hit: Node) -> str:
        """The title of a dialog that is visible and does not contain what was hit."""
        root = self._dom.root
        if root is None:
            return ""
        over = {one.identifier for one in hit.ancestors()}
        for one in self._dom.walk_visible(root):
            if one.tag and marked_dialog(one) and one.identifier not in over:
                return show(name_of(self._dom, one), 60) or "a dialog"
        return ""

    # -- input -------------------------------------------------------------------------------

    def input(self, ms: int, data: dict[str, Any]) -> None:
        """A field's value changed: by the user, or by the page."""
        node = self._dom.get(as_id(data.get("id")))
        if node is None:
            return
        text = data.get("text")
        value = text if isinstance(text, str) else ""
        before = self._typed.get(node.identifier, value_of(node))
        if is_choice(node):
            self._choose(ms, node, bool(data.get("isChecked")))
            return
        self._typed[node.identifier] = value
        node.attrs["value"] = value
        if value == before:
            return
        if self._by_user(ms, node, before, value, data):
            self._type(ms, node, value, before)
        else:
            element = describe(self._dom, node)
            self._fields.set_by_page(ms, node, element, self.page, value, self._last_index())
            self._seen.changes.append(
                Change(
                    ms=ms,
                    kind=ChangeKind.FIELD,
                    site=node.identifier,
                    window=self._window,
                    words=f"{element.words} was {'filled' if value else 'emptied'} by the page",
                )
            )

    def _by_user(self, ms: int, node: Node, before: str, value: str, data: dict[str, Any]) -> bool:
        triggered = data.get("userTriggered")
        if isinstance(triggered, bool):
            return triggered
        if self._focused == node.identifier:
            return not (not value and len(before) > 3 and self._just_sent(ms))
        actions = self._seen.actions
        if (
            actions
            and actions[-1].control_id == node.identifier
            and ms - actions[-1].end_ms < 1_500
        ):
            return True
        if not self._focus_known:
            return bool(value) and abs(len(value) - len(before)) <= 3
        return False

    def _just_sent(self, ms: int) -> bool:
        """True right after a click on a control that is no field: a page that empties its own form."""
        last = self._seen.actions[-1] if self._seen.actions else None
        if last is None or last.kind is not ActionKind.CLICK or ms - last.ms >= 3_000:
            return False
        return last.element.control and not last.field

    def _type(self, ms: int, node: Node, value: str, before: str) -> None:
        last = self._seen.actions[-1] if self._seen.actions else None
        if (
            last is not None
            and last.kind is ActionKind.INPUT
            and last.control_id == node.identifier
            and ms - last.end_ms <= BURST_MS
        ):
            last.end_ms = ms
            last.count += 1
        else:
            last = self._action(ms, ActionKind.INPUT, node, {"id": node.identifier})
            self._seen.actions.append(last)
        last.value = value
        last.typed = -1 if value and not value.strip("*•") else len(value)
        self._fields.typed(ms, node, last.element, self.page, value, before, last.index)

    def _choose(self, ms: int, node: Node, checked: bool) -> None:
        before = value_of(node)
        if checked:
            node.attrs["checked"] = ""
        else:
            node.attrs.pop("checked", None)
        last = self._seen.actions[-1] if self._seen.actions else None
        element = describe(self._dom, node)
        self._seen.changes.append(
            Change(
                ms=ms,
                kind=ChangeKind.FIELD,
                site=node.identifier,
                window=self._window,
                words=f"{element.words} was {'checked' if checked else 'unchecked'}",
                local=True,
            )
        )
        clicked = last is not None and ms - last.ms < 400 and last.kind is ActionKind.CLICK
        if clicked or self._focused == node.identifier:
            index = last.index if last is not None else -1
            self._fields.typed(
                ms, node, element, self.page, "on" if checked else "off", before, index
            )
        if not clicked and self._focused == node.identifier:
            action = self._action(ms, ActionKind.CHOICE, node, {"id": node.identifier})
            self._seen.actions.append(action)

    def _last_index(self) -> int:
        return self._seen.actions[-1].index if self._seen.actions else -1

    # -- product events ----------------------------------------------------------------------

    def product(
        self,
        ms: int,
        event: ProductEvent,
        pages: PageTable,
        arrive: Callable[..., None],
    ) -> None:
        """A session known by its product events alone."""
        if event.interaction == STEP:
            self._step(ms, event, pages)
            return
        if event.url and event.url != self.url:
            arrive(ms, event.url, loaded=event.name == "$pageview")
        if event.name == "$autocapture" and event.interaction in ("click", ""):
            self._seen.actions.append(self._product_action(ms, event))
            self._seen.activity.append(ms)
        elif event.name == "$autocapture":
            self._seen.activity.append(ms)
            words = f"{event.interaction} {_product_element(event).words}"
            self._seen.marks.append(Mark(ms=ms, kind="event", words=words))
        elif event.name in ("$rageclick", "$dead_click"):
            words = f"{event.name} {_product_element(event).words}"
            self._seen.marks.append(Mark(ms=ms, kind=event.name, words=words))
        elif event.name not in ("$pageview", "$pageleave"):
            self._seen.marks.append(_named_mark(ms, event.name, "event"))

    def _step(self, ms: int, event: ProductEvent, pages: PageTable) -> None:
        """A row of a clickstream. Where it has no address, its name is the place."""
        mark = _named_mark(ms, event.name, STEP)
        if event.url:
            self.page = pages.page(event.url)
            mark.element = mark.element or _named_element(STEP, event.name)
        elif mark.kind == STEP:
            self.page = pages.step(mark.words)
        mark.page = self.page.alias
        self._seen.activity.append(ms)
        self._seen.marks.append(mark)

    def _product_action(self, ms: int, event: ProductEvent) -> Action:
        return Action(
            index=len(self._seen.actions),
            ms=ms,
            kind=ActionKind.CLICK,
            element=_product_element(event),
            node_id=-1,
            control_id=-1,
            around=frozenset(),
            page=self.page,
            window=self._window,
            end_ms=ms,
            press_ms=ms,
            link=event.element_href,
        )


def _named_mark(ms: int, name: str, kind: str) -> Mark:
    """An event by its name; one that says that something failed is a failure."""
    words = show(name, 60)
    if not names_failure(name):
        return Mark(ms=ms, kind=kind, words=words)
    return Mark(ms=ms, kind="failure", words=words, element=_named_element("event", name))


def _named_element(role: str, name: str) -> Element:
    shown = show(name, 60)
    return Element(words=f'{role} "{shown}"', key=f"{role}:{shown.lower()}", control=False)


def _product_element(event: ProductEvent) -> Element:
    tag = event.element_tag or "element"
    role = {"a": "link", "input": "field"}.get(tag, tag)
    name = show(event.element_text, 60)
    words = f'{role} "{name}"' if name else role
    return Element(words=words, key=f"{role}:{name.lower()}", control=False)


def _around(target: Node) -> frozenset[int]:
    """The control and its nearest ancestors below the page itself: what counts as local."""
    found = {target.identifier}
    for depth, one in enumerate(target.ancestors()):
        if depth > 4 or one.tag in ("body", "main", "html") or not one.tag:
            break
        found.add(one.identifier)
    return frozenset(found)


def _up(node: Node, levels: int) -> list[Node]:
    found: list[Node] = []
    for depth, one in enumerate(node.ancestors()):
        if depth >= levels:
            break
        found.append(one)
    return found


def _disabled(node: Node) -> bool:
    if "disabled" in node.attrs or node.attrs.get("aria-disabled") == "true":
        return True
    return "disabled" in node.attrs.get("class", "").lower().replace("disabled:", "").split()


def _is_current(target: Node) -> bool:
    for one in _up(target, 2):
        if one.attrs.get("aria-selected") == "true" or one.attrs.get(
            "aria-current", "false"
        ) not in (
            "false",
            "",
        ):
            return True
        navigates = one.tag in ("a", "li") or one.attrs.get("role") in ("tab", "menuitem", "option")
        if navigates and _SELECTED_CLASSES & set(one.attrs.get("class", "").lower().split()):
            return True
    if target.tag == "input" and target.attrs.get("type") == "radio":
        return "checked" in target.attrs
    return any(
        one.tag == "input" and "checked" in one.attrs and one.attrs.get("type") == "radio"
        for one in walk(target, 12)
    )


def _name_in(element: Element) -> str:
    """The quoted name of an element's words."""
    return element.words.partition('"')[2].rstrip('"')
