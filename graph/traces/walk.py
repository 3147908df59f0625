"""One walk over a recording: raw events in, what was seen out. Nothing is judged here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from graph.sources.recording import (
    EventType,
    IncrementalSource,
    MouseInteraction,
    ProductEvent,
    RawEvent,
    Recording,
)
from graph.traces.actions import ActionReader
from graph.traces.dom import Node, NodeMap, walk
from graph.traces.element import place_of
from graph.traces.fields import FieldMemory
from graph.traces.lookup import LookupTable, PageTable, resolve, same_page
from graph.traces.mutations import SiteChange, apply_mutation
from graph.traces.network import make_message, message_of, request_of
from graph.traces.numbers import holds_money, labelled_amounts
from graph.traces.observed import (
    Action,
    BusySpan,
    Change,
    ChangeKind,
    Mark,
    Observed,
    PageView,
    Reading,
    Request,
)
from graph.traces.shapes import as_dict, as_id, as_list, as_text
from graph.traces.trace import BlindSpot
from graph.traces.wording import holds_garbage, marked_busy, sounds_busy

ACTION_REACH_MS = 15_000
"""How long after an action a change may still be its effect."""

NEAR_DEPTH = 12
"""How far up the place of a change is looked for the last action's control."""

REDRAW_MS = 100
"""A busy indicator that comes back with the same words within this time was redrawn."""

IDS_PER_DOCUMENT = 100_000_000
"""Node ids start again with every document; places must not be mixed up."""

NOISE_EVENTS = frozenset(
    {
        "$feature_flag_called",
        "$set",
        "$groupidentify",
        "$identify",
        "$create_alias",
        "$opt_in",
        "$web_vitals",
    }
)
"""Product events by which an analytics library talks to itself."""

READING_MS = 250
"""Amounts are read at most this often; a person changes them no faster."""

BLANK_AFTER_MS = 1_500
"""How long a page must be without text before it counts as blank."""

BLANK_TEXT = 12
"""Characters of visible text below which a page is blank."""

_INCREMENTAL = EventType.INCREMENTAL_SNAPSHOT.value
_POINTER_MOVED = (b'{"source":1,', b'{"source":6,', b'{"source": 1,', b'{"source": 6,')
"""How movements of pointer and finger begin: the commonest events, and not worth decoding."""

_USER_SOURCES = frozenset(
    {
        IncrementalSource.MOUSE_MOVE,
        IncrementalSource.MOUSE_INTERACTION,
        IncrementalSource.SCROLL,
        IncrementalSource.INPUT,
        IncrementalSource.TOUCH_MOVE,
        IncrementalSource.DRAG,
        IncrementalSource.SELECTION,
    }
)


class Walk:
    """The state of one walk. Feed it events in order, then ask for ``finish()``."""

    def __init__(self, recording: Recording) -> None:
        self.start = recording.start_ms
        self.seen = Observed()
        self.pages = PageTable()
        self.windows = LookupTable("w")
        self.window = "w1"
        self.url = ""
        self._doms: dict[str, NodeMap] = {}
        self.dom = NodeMap()
        self.has_snapshot = False
        self._pending_url: tuple[int, str] | None = None
        self._busy: dict[int, BusySpan] = {}
        self._blank_check = -1
        self._blank = False
        self._had_text: set[str] = set()
        self._scroll: tuple[int, int] | None = None
        self._money = False
        self._document = 0
        self._places: dict[int, str] = {}
        self.fields = FieldMemory(self.seen)
        self.actions = ActionReader(self.seen, self.fields)
        self._by_source: dict[int, Callable[[int, dict[str, Any]], None]] = {
            IncrementalSource.MUTATION: self._on_mutation,
            IncrementalSource.MOUSE_INTERACTION: self._on_mouse,
            IncrementalSource.SCROLL: self._on_scroll,
            IncrementalSource.INPUT: self._on_input,
            IncrementalSource.MEDIA_INTERACTION: self._on_media,
            IncrementalSource.CANVAS_MUTATION: self._on_media,
            IncrementalSource.SELECTION: self._on_selection,
            IncrementalSource.STYLE_SHEET_RULE: self._on_rules,
            IncrementalSource.ADOPTED_STYLE_SHEET: self._on_adopted,
        }

    # -- events ------------------------------------------------------------------------------

    def feed(self, event: RawEvent) -> None:
        """Take the next event."""
        ms = event.timestamp_ms - self.start
        self.seen.duration_ms = max(self.seen.duration_ms, ms)
        if event.window_id:
            self._switch_window(event.window_id)
        if self._blank_check >= 0 and ms >= self._blank_check:
            self._check_blank(self._blank_check)
        kind = event.type
        if kind == _INCREMENTAL:
            if event.data.startswith(_POINTER_MOVED):
                self._acted(ms)  # all that counts of a movement is that somebody was there
            else:
                self._on_incremental(ms, self._read(event))
        elif kind == EventType.FULL_SNAPSHOT:
            self._on_snapshot(ms, as_dict(self._read(event).get("node")))
        elif kind == EventType.META:
            href = as_text(self._read(event).get("href"))
            self._pending_url = (ms, href) if href else self._pending_url
        elif kind == EventType.CUSTOM:
            self._on_custom(ms, self._read(event))
        elif kind == EventType.PLUGIN:
            self._on_plugin(ms, self._read(event))

    def _read(self, event: RawEvent) -> dict[str, Any]:
        try:
            return as_dict(event.read())
        except (msgspec.MsgspecError, ValueError, RecursionError):
            self.seen.drop("events that are no JSON")
            return {}

    def feed_product(self, event: ProductEvent) -> None:
        """Take a product event; those that a recording also shows are left to the recording."""
        ms = max(0, event.timestamp_ms - self.start)
        self.seen.duration_ms = max(self.seen.duration_ms, ms)
        if event.name in NOISE_EVENTS:
            self.seen.drop("analytics housekeeping")
        elif event.name == "$exception" or event.exception_type:
            text = f"{event.exception_type}: {event.exception_message}".strip(": ")
            message = make_message(ms, "error", text)
            message.exception = event.exception_handled is not True
            self.seen.messages.append(message)
        elif not self.has_snapshot:
            self.actions.product(ms, event, self.pages, self._arrive)

    def finish(self) -> Observed:
        """Close what is still open and return everything seen."""
        if self.has_snapshot:
            self._check_blank(self.seen.duration_ms)
            self._read_amounts(self.seen.duration_ms)
        self._end_scroll()
        self.actions.close()
        self.seen.actions.sort(key=lambda one: (one.ms, one.index))
        for index, action in enumerate(self.seen.actions):
            action.index = index
        return self.seen

    # -- pages -------------------------------------------------------------------------------

    def _switch_window(self, window_id: str) -> None:
        alias = self.windows.alias(window_id)
        if alias == self.window and window_id in self._doms:
            return
        self.window = alias
        dom = self._doms.get(window_id)
        if dom is None:
            dom = self._doms[window_id] = NodeMap() if self._doms else self.dom
        self.dom = dom
        self.actions.enter(dom, alias)

    def _arrive(self, ms: int, url: str, *, loaded: bool, inferred: bool = False) -> None:
        """The user is on another page, or on the same one again."""
        views = self.seen.views
        page = self.pages.page(url)
        if views and not loaded and same_page(views[-1].url, url):
            # A query that mirrors a field gives a page view for every key: one step.
            views[-1].count += 1
            views[-1].url = url
            self.url = url
            if views[-1].page.alias != page.alias:
                self.seen.drop("page views that differ in the query only")
            self.actions.page = page
            self.actions.url = url
            return
        changed = not views or views[-1].page.template != page.template
        self.url = url
        self.actions.page = page
        self.actions.url = url
        views.append(PageView(ms=ms, page=page, url=url, loaded=loaded, inferred=inferred))
        if changed and len(views) > 1:
            self.seen.changes.append(
                self._change(ms, ChangeKind.PAGE, words=f"went to {page.template}")
            )

    def _on_snapshot(self, ms: int, tree: dict[str, Any]) -> None:
        if not tree:
            return
        first = not self.has_snapshot
        self.has_snapshot = True
        self._read_amounts(ms)
        if first and ms > 2_000 and self.seen.actions:
            self.seen.blind.append(
                BlindSpot(start_ms=0, end_ms=ms, reason="no full snapshot yet: elements unknown")
            )
        before = self.dom.text(self.dom.root, 3_000) if self.dom.root else ""
        self.dom.load(tree)
        self._places = {}
        self._document += 1
        self.actions.enter(self.dom, self.window)
        after = self.dom.text(self.dom.root, 3_000) if self.dom.root else ""
        pending, self._pending_url = self._pending_url, None
        url = pending[1] if pending and ms - pending[0] < 5_000 else self.url
        same = before == after and bool(before) and same_page(url, self.url)
        if not same or url != self.url:
            self._end_busy_all(ms)
            self._arrive(ms, url, loaded=not same)
        if not first and not same:
            self.seen.changes.append(
                self._change(ms, ChangeKind.PAGE, words=_page_words(after, before))
            )
        self._note_page_text(after)
        if self.dom.root is not None:
            self._look_for_garbage(ms, self.dom.texts(self.dom.root, 20_000))
        if self.dom.root is not None and not self._money:
            self._money = holds_money(self.dom.text(self.dom.root, 20_000))
        self._start_busy_of_page(ms)
        if not same:
            self.fields.page_loaded(ms, self.dom, self.actions.page)
        self._blank_check = ms + BLANK_AFTER_MS
        self._note_blind(ms)

    def _note_page_text(self, text: str) -> None:
        if self.seen.views:
            view = self.seen.views[-1]
            view.text = text[:600]
            view.heading = _heading(self.dom)

    def _note_blind(self, ms: int) -> None:
        root = self.dom.root
        if root is None:
            return
        for one in walk(root, 6_000):
            reason = ""
            if "rr_width" in one.attrs or "rr_height" in one.attrs:
                reason = "content blocked by the recorder"
            elif one.tag == "iframe" and not one.children:
                reason = "an embedded page (iframe) that was not recorded"
            elif one.tag == "canvas" and "rr_dataURL" not in one.attrs:
                reason = "a canvas whose content was not recorded"
            if reason and not any(spot.reason == reason for spot in self.seen.blind):
                self.seen.blind.append(BlindSpot(start_ms=ms, end_ms=-1, reason=reason))

    # -- incremental -------------------------------------------------------------------------

    def _on_incremental(self, ms: int, data: dict[str, Any]) -> None:
        source = as_id(data.get("source"))
        if source in _USER_SOURCES and self._is_user(source, data):
            self._acted(ms)
        handler = self._by_source.get(source)
        if handler is not None:
            handler(ms, data)

    def _acted(self, ms: int) -> None:
        activity = self.seen.activity
        if not activity or activity[-1] != ms:
            activity.append(ms)

    def _is_user(self, source: int, data: dict[str, Any]) -> bool:
        if source == IncrementalSource.MOUSE_INTERACTION:
            return data.get("type") not in (MouseInteraction.FOCUS, MouseInteraction.BLUR)
        if source == IncrementalSource.INPUT:
            return data.get("userTriggered") is not False
        return True

    def _on_mutation(self, ms: int, data: dict[str, Any]) -> None:
        mutated = apply_mutation(self.dom, data)
        last = self._open_action(ms)
        for site in mutated.sites.values():
            self._busy_change(ms, site, last)
            change = _change_of(ms, site, self._document)
            if change is None:
                continue
            change.place = self._place(site.site)
            if not self._money and change.appeared:
                self._money = any(holds_money(text) for text in change.appeared)
            self._look_for_garbage(ms, change.appeared)
            change.window = self.window
            if last is not None:
                _tie(change, site.site, last)
                if not change.inside and change.vanished:
                    change.inside = not self._still_shown(last.control_id)
                    change.local = change.local or change.inside
                # Within the pressed control a change of style alone is the press, not an answer.
                only_style = change.kind is ChangeKind.LOOK and change.words == "changed"
                change.cosmetic |= change.inside and only_style
            self._infer_route(ms, change, last)
            self.seen.changes.append(change)
            if sum(len(text) for text in change.vanished) > 100 and not change.appeared:
                self._blank_check = ms + BLANK_AFTER_MS
        # After the loop: a route that this very change shows decides which page the fields are on.
        for one in mutated.new_fields:
            self.fields.appeared(ms, self.dom, one, self.actions.page)

    def _still_shown(self, identifier: int) -> bool:
        node = self.dom.get(identifier)
        return node is not None and self.dom.visible(node)

    def _look_for_garbage(self, ms: int, texts: list[str]) -> None:
        """Values that no page means to show."""
        for text in texts:
            if holds_garbage(text):
                self.seen.marks.append(Mark(ms=ms, kind="garbage", words=text))
                return

    def _place(self, node: Node) -> str:
        known = self._places.get(node.identifier)
        if known is None:
            known = self._places[node.identifier] = place_of(node)
        return known

    def _change(self, ms: int, kind: ChangeKind, words: str = "") -> Change:
        return Change(ms=ms, kind=kind, site=0, window=self.window, words=words)

    def _open_action(self, ms: int) -> Action | None:
        actions = self.seen.actions
        if actions and ms - max(actions[-1].ms, actions[-1].end_ms) <= ACTION_REACH_MS:
            return actions[-1]
        return None

    def _infer_route(self, ms: int, change: Change, last: Action | None) -> None:
        """Plain rrweb records no route changes: a link that was followed says where to."""
        if last is None or not last.link or last.leaves or ms - last.ms > 2_000:
            return
        if not change.appeared or same_page(last.link, self.url):
            return
        if self.seen.views and self.seen.views[-1].ms >= last.ms:
            return
        self._arrive(ms, last.link, loaded=False, inferred=True)

    def _busy_change(self, ms: int, site: SiteChange, last: Action | None) -> None:
        for node in site.busy_ended:
            self._end_busy(ms, node.identifier)
        for node in site.busy_started:
            if node.identifier not in self._busy:
                words = self.dom.text(node, 60) or "a busy indicator"
                self._busy[node.identifier] = self._busy_span(ms, node, words, last)

    def _busy_span(self, ms: int, node: Node, words: str, last: Action | None) -> BusySpan:
        """A new span, or the one of the same words that a redraw has just ended."""
        for span in reversed(self.seen.busy[-4:]):
            if span.words == words and 0 <= ms - span.end_ms <= REDRAW_MS and span.end_ms >= 0:
                span.end_ms = -1
                return span
        action = last.index if last is not None else -1
        span = BusySpan(site=node.identifier, start_ms=ms, end_ms=-1, words=words, action=action)
        self.seen.busy.append(span)
        return span

    def _start_busy_of_page(self, ms: int) -> None:
        root = self.dom.root
        if root is None:
            return
        last = self._open_action(ms)
        for one in self.dom.walk_visible(root, 3_000):
            telling = one.tag and one.attrs.get("aria-busy") == "true"
            worded = not one.tag and one.parent is not None and sounds_busy(one.text)
            if telling or worded:
                node = one if one.tag else one.parent
                if node is not None and node.identifier not in self._busy:
                    change = SiteChange(node, busy_started=[node])
                    self._busy_change(ms, change, last)

    def _end_busy(self, ms: int, identifier: int) -> None:
        span = self._busy.pop(identifier, None)
        if span is not None:
            span.end_ms = ms

    def _end_busy_all(self, ms: int) -> None:
        for identifier in list(self._busy):
            self._end_busy(ms, identifier)

    def _on_mouse(self, ms: int, data: dict[str, Any]) -> None:
        kind = data.get("type")
        if kind in (MouseInteraction.CLICK, MouseInteraction.DOUBLE_CLICK):
            self._refresh_busy(ms)
            self._read_amounts(ms)
        self.actions.mouse(ms, data)

    def _refresh_busy(self, ms: int) -> None:
        """Busy indicators may leave with a parent: look again before judging a click."""
        for identifier in list(self._busy):
            node = self.dom.get(identifier)
            shown = node is not None and self.dom.visible(node)
            if node is None or not shown or not _still_busy(self.dom, node):
                self._end_busy(ms, identifier)

    def _read_amounts(self, ms: int) -> None:
        root, views = self.dom.root, self.seen.views
        if root is None or not views or len(self.dom.nodes) > 6_000 or not self._money:
            return
        if self.seen.readings and ms - self.seen.readings[-1].ms < READING_MS:
            return
        texts = self.dom.texts(root, 6_000)
        amounts = labelled_amounts(texts)
        if amounts:
            counts = tuple(text for text in texts if text.isdigit())
            self.seen.readings.append(
                Reading(ms=ms, page=views[-1].page.template, amounts=amounts, counts=counts)
            )

    def _on_scroll(self, ms: int, data: dict[str, Any]) -> None:
        if self._scroll is not None and ms - self._scroll[1] <= 2_000:
            self._scroll = (self._scroll[0], ms)
        else:
            self._end_scroll()
            self._scroll = (ms, ms)
        self.seen.changes.append(self._change(ms, ChangeKind.SCROLL))

    def _end_scroll(self) -> None:
        if self._scroll is not None:
            self.seen.scrolls.append(self._scroll)
            self._scroll = None

    def _on_input(self, ms: int, data: dict[str, Any]) -> None:
        self.actions.input(ms, data)

    def _on_media(self, ms: int, data: dict[str, Any]) -> None:
        self.seen.changes.append(self._change(ms, ChangeKind.MEDIA, words="played or drew"))

    def _on_selection(self, ms: int, data: dict[str, Any]) -> None:
        ranges = [as_dict(one) for one in as_list(data.get("ranges"))]
        if any(
            one.get("start") != one.get("end") or one.get("startOffset") != one.get("endOffset")
            for one in ranges
        ):
            self.seen.changes.append(
                self._change(ms, ChangeKind.SELECTION, words="text was selected")
            )

    def _on_rules(self, ms: int, data: dict[str, Any]) -> None:
        self._add_rules(as_list(data.get("adds")))

    def _on_adopted(self, ms: int, data: dict[str, Any]) -> None:
        for sheet in as_list(data.get("styles")):
            self._add_rules(as_list(as_dict(sheet).get("rules")))

    def _add_rules(self, rules: list[Any]) -> None:
        for one in rules:
            rule = as_text(as_dict(one).get("rule"))
            if rule:
                self.dom.add_style(rule)

    def _check_blank(self, ms: int) -> None:
        self._blank_check = -1
        root = self.dom.root
        if root is None:
            return
        length = len(self.dom.text(root, BLANK_TEXT * 4))
        if length < BLANK_TEXT and not self._has_opaque(root):
            if not self._blank and self.window in self._had_text:
                self.seen.marks.append(Mark(ms=ms, kind="blank", words="the page lost its text"))
            self._blank = True
        else:
            self._blank = False
            self._had_text.add(self.window)

    def _has_opaque(self, root: Node) -> bool:
        return any(one.tag in ("iframe", "canvas", "video") for one in walk(root, 2_000))

    # -- other events ------------------------------------------------------------------------

    def _on_custom(self, ms: int, data: dict[str, Any]) -> None:
        tag, payload = as_text(data.get("tag")), as_dict(data.get("payload"))
        if tag == "$pageview" and as_text(payload.get("href")):
            self._arrive(ms, payload["href"], loaded=False)
        elif tag == "Navigate" and as_text(data.get("payload")):
            self._arrive(ms, data["payload"], loaded=False)
        elif tag == "window hidden":
            self.seen.hidden_ms.append((ms, -1))
            self.seen.changes.append(self._change(ms, ChangeKind.LEFT, words="left the tab"))
        elif tag == "window visible" and self.seen.hidden_ms and self.seen.hidden_ms[-1][1] < 0:
            self.seen.hidden_ms[-1] = (self.seen.hidden_ms[-1][0], ms)
        elif tag == "breadcrumb":
            self._on_breadcrumb(ms, payload)
        elif tag == "performanceSpan":
            item = {**as_dict(payload.get("data")), **payload}
            self._add_request(request_of(item, ms, self.start))
        else:
            self.seen.drop("recorder's own events")

    def _on_breadcrumb(self, ms: int, payload: dict[str, Any]) -> None:
        """A Sentry recorder's breadcrumb."""
        if payload.get("category") == "console" and payload.get("level") in ("error", "fatal"):
            self.seen.messages.append(make_message(ms, "error", as_text(payload.get("message"))))
        elif payload.get("category") == "navigation":
            target = as_text(as_dict(payload.get("data")).get("to"))
            if target:
                self._arrive(ms, resolve(target, self.url), loaded=False)

    def _on_plugin(self, ms: int, data: dict[str, Any]) -> None:
        plugin, payload = as_text(data.get("plugin")), as_dict(data.get("payload"))
        if "console" in plugin:
            message = message_of(payload, ms)
            if message is None:
                self.seen.drop("console lines below warning")
            else:
                self.seen.messages.append(message)
        elif "network" in plugin:
            for item in as_list(payload.get("requests")):
                self._add_request(request_of(as_dict(item), ms, self.start))

    def _add_request(self, request: Request | None) -> None:
        if request is None:
            self.seen.drop("requests for assets")
        else:
            self.seen.requests.append(request)


def observe(recording: Recording) -> tuple[Observed, Walk]:
    """Walk over a whole recording; product events are interleaved by time."""
    state = Walk(recording)
    products = list(recording.product_events)
    position = 0
    for event in recording.events:
        while position < len(products) and products[position].timestamp_ms <= event.timestamp_ms:
            state.feed_product(products[position])
            position += 1
        state.feed(event)
    for product in products[position:]:
        state.feed_product(product)
    return state.finish(), state


def _change_of(ms: int, site: SiteChange, document: int) -> Change | None:
    if not (site.appeared or site.vanished or site.look or site.busy_started or site.busy_ended):
        return None
    return Change(
        ms=ms,
        kind=ChangeKind.TEXT if site.appeared or site.vanished else ChangeKind.LOOK,
        site=document * IDS_PER_DOCUMENT + site.site.identifier,
        appeared=site.appeared,
        vanished=site.vanished,
        words=site.look,
        alert=site.alert,
        errors=site.errors,
        dialog=site.dialog,
        busy=bool(site.busy_started) - bool(site.busy_ended),
        cosmetic=not (site.appeared or site.vanished or site.dialog) and site.cosmetic_look,
    )


def _tie(change: Change, site: Node, last: Action) -> None:
    """Whether a change lies within the control of the last action, or near it."""
    one: Node | None = site
    for _ in range(NEAR_DEPTH):
        if one is None:
            return
        if one.identifier == last.control_id:
            change.inside = change.local = True
            return
        if one.identifier in last.around:
            change.local = True
        one = one.parent


def _still_busy(dom: NodeMap, node: Node) -> bool:
    return marked_busy(node) or any(sounds_busy(piece) for piece in dom.texts(node, 200))


def _heading(dom: NodeMap) -> str:
    if dom.root is None:
        return ""
    for one in dom.walk_visible(dom.root):
        if one.tag in ("h1", "h2"):
            return dom.text(one, 80)
    return ""


def _page_words(after: str, before: str) -> str:
    return "another page was shown" if after != before else "the page was loaded again"
