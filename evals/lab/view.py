"""A recording as checks read it: the document's text over time, clicks, requests and console.

Small on purpose and independent of the product's own reader, so that a bug there cannot prove a
fault that is not in the recording.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

Json = dict[str, Any]
UNSEEN_TAGS = frozenset({"script", "style", "head", "noscript"})


@dataclass(slots=True)
class Node:
    """A node of the recorded document."""

    id: int
    tag: str
    text: str = ""
    attributes: Json = field(default_factory=dict[str, Any])
    parent: int | None = None
    children: list[int] = field(default_factory=list[int])


@dataclass(frozen=True, slots=True)
class Click:
    """A click: when, and on what in words."""

    ms: int
    node: int
    words: str
    tag: str


@dataclass(frozen=True, slots=True)
class Row:
    """A network row: when it was recorded, and what it says."""

    ms: int
    url: str
    method: str
    status: int
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Change:
    """Text that appeared or vanished, or an attribute or value that changed."""

    ms: int
    what: str
    text: str
    node: int


class View:
    """Reads a recording once; afterwards it is only asked."""

    def __init__(self, events: Sequence[Json]) -> None:
        self.start = int(events[0]["timestamp"])
        self.clicks: list[Click] = []
        self.rows: list[Row] = []
        self.console: list[tuple[int, str, str]] = []
        self.changes: list[Change] = []
        self.inputs: list[Change] = []
        self.pages: list[tuple[int, str]] = []
        self.texts: list[tuple[int, str]] = []
        self.states: list[Change] = []
        self._nodes: dict[int, Node] = {}
        self._ms = 0
        for event in events:
            self._take(event)

    @classmethod
    def of(cls, text: bytes) -> Self:
        """Read a recording from its JSON."""
        return cls(json.loads(text))

    # ---- questions -------------------------------------------------------------------------------

    def text_at(self, ms: int) -> str:
        """Return the document's text as it was at this time."""
        best = ""
        for at, text in self.texts:
            if at > ms:
                break
            best = text
        return best

    def texts_between(self, begin: int, end: int) -> Iterator[str]:
        """Return every state of the document's text that was there between two times."""
        yield self.text_at(begin)
        for at, text in self.texts:
            if begin < at <= end:
                yield text

    def clicks_between(self, begin: int, end: int, words: str = "") -> list[Click]:
        """Return the clicks on something whose words contain these."""
        return [c for c in self.clicks if begin <= c.ms <= end and words in c.words]

    def changes_between(self, begin: int, end: int) -> list[Change]:
        """Return what changed in the document between two times."""
        return [change for change in self.changes if begin <= change.ms <= end]

    def rows_between(self, begin: int, end: int, url: str = "") -> list[Row]:
        """Return the requests recorded between two times whose address contains this."""
        return [row for row in self.rows if begin <= row.ms <= end and url in row.url]

    def page_at(self, ms: int) -> str:
        """Return the address shown at this time."""
        return next((href for at, href in reversed(self.pages) if at <= ms), "")

    # ---- reading ---------------------------------------------------------------------------------

    def _take(self, event: Json) -> None:
        ms = int(event["timestamp"]) - self.start
        self._ms = ms
        data: Json = event["data"]
        match event["type"]:
            case 2:
                self._nodes = {}
                self._add(data["node"], None)
                self._keep_text(ms)
            case 3:
                self._take_increment(ms, data)
            case 4:
                self.pages.append((ms, str(data["href"])))
            case 6:
                self._take_plugin(ms, data)
            case _:
                pass

    def _take_increment(self, ms: int, data: Json) -> None:
        match data["source"]:
            case 0:
                self._mutate(ms, data)
                self._keep_text(ms)
            case 2 if data["type"] == 2:
                node = self._clickable(int(data["id"]))
                self.clicks.append(Click(ms, int(data["id"]), self._words(node), self._tag(node)))
            case 5:
                name = self._words(int(data["id"]))
                self.inputs.append(Change(ms, name, str(data.get("text", "")), int(data["id"])))
                if int(data["id"]) in self._nodes:
                    self._nodes[int(data["id"])].attributes["value"] = data.get("text", "")
            case _:
                pass

    def _take_plugin(self, ms: int, data: Json) -> None:
        payload: Json = data["payload"]
        if data["plugin"].startswith("rrweb/console"):
            self.console.append((ms, str(payload["level"]), " ".join(payload["payload"])))
            return
        for request in payload["requests"]:
            status = int(request.get("status") or request.get("responseStatus") or 0)
            duration = int(request.get("duration") or 0)
            method = str(request.get("method") or "GET")
            self.rows.append(Row(ms, str(request["name"]), method, status, duration))

    def _mutate(self, ms: int, data: Json) -> None:
        for removed in data["removes"]:
            self._note(ms, "removed", int(removed["id"]))
            self._remove(int(removed["id"]), int(removed["parentId"]))
        for added in data["adds"]:
            self._add(added["node"], int(added["parentId"]), added.get("nextId"))
        for added in data["adds"]:
            self._note(ms, "added", int(added["node"]["id"]))
        for text in data["texts"]:
            if int(text["id"]) in self._nodes:
                self._nodes[int(text["id"])].text = str(text["value"] or "")
                self._note(ms, "text", int(text["id"]))
        for row in data["attributes"]:
            node = self._nodes.get(int(row["id"]))
            if node:
                node.attributes.update(row["attributes"])
                self.changes.append(Change(ms, "attribute", json.dumps(row["attributes"]), node.id))

    def _note(self, ms: int, what: str, node: int) -> None:
        self.changes.append(Change(ms, what, self._text(node), node))

    def _add(self, raw: Json, parent: int | None, following: int | None = None) -> None:
        node = Node(
            id=int(raw["id"]),
            tag=str(raw.get("tagName", "#text" if raw["type"] == 3 else "")),
            text=str(raw.get("textContent", "")) if raw["type"] == 3 else "",
            attributes=dict(raw.get("attributes", {})),
            parent=parent,
        )
        self._nodes[node.id] = node
        if "aria-checked" in node.attributes:
            state = f"{node.attributes.get('aria-label')} {node.attributes['aria-checked']}"
            self.states.append(Change(self._ms, "state", state, node.id))
        if parent is not None and parent in self._nodes:
            siblings = self._nodes[parent].children
            if node.id in siblings:
                siblings.remove(node.id)
            place = siblings.index(following) if following in siblings else len(siblings)
            siblings.insert(place, node.id)
        for child in raw.get("childNodes", []):
            self._add(child, node.id)

    def _remove(self, node: int, parent: int) -> None:
        if parent in self._nodes and node in self._nodes[parent].children:
            self._nodes[parent].children.remove(node)

    def _keep_text(self, ms: int) -> None:
        root = next((n for n in self._nodes.values() if n.tag == "body"), None)
        self.texts.append((ms, self._text(root.id) if root else ""))

    def _text(self, node: int) -> str:
        return " ".join(part for part in self._parts(node) if part)

    def _parts(self, node: int) -> Iterable[str]:
        found = self._nodes.get(node)
        if (
            found is None
            or found.tag in UNSEEN_TAGS
            or ("hidden" in found.attributes and (found.attributes["hidden"] is not None))
        ):
            return
        if found.text.strip():
            yield " ".join(found.text.split())
        for child in found.children:
            yield from self._parts(child)

    def _clickable(self, node: int) -> int:
        current: int | None = node
        while current is not None and current in self._nodes:
            if self._nodes[current].tag in ("button", "a", "label", "summary"):
                return current
            current = self._nodes[current].parent
        return node

    def _tag(self, node: int) -> str:
        return self._nodes[node].tag if node in self._nodes else ""

    def _words(self, node: int) -> str:
        if node not in self._nodes:
            return ""
        attributes = self._nodes[node].attributes
        named = (attributes.get(key) for key in ("id", "name", "aria-label", "placeholder"))
        hints = " ".join(str(value) for value in named if value)
        return f"{self._text(node)} {hints}".strip()
