"""One page on a clock of its own.

Time passes only when `Stage.pass_time` says so. Requests of the page are intercepted and held until
the session's clock reaches the latency that the app's server modelled, so a request that takes four
seconds in the session takes four seconds in the recording, whatever the machine is doing.

The clock is ours (page.js) and not Playwright's: that one keeps resource timing on the real clock,
which would put wrong durations into the recorded network rows, and it replays its whole log into
each new document.
"""

import asyncio
import json
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

from playwright.async_api import CDPSession, Error as BrowserError, Page, Request, Route

from evals.lab.model import App
from evals.lab.world import Call, Hit, Reply, World

Json = dict[str, Any]
LOAD_TIMEOUT_SECONDS = 30
RETRIES = 400
NOT_LEAVING_AFTER = 300
ONCE_ONLY = frozenset({"leave", "back", "jump"})
SETTLE = "labDriver.settle().then((value) => [value, labDriver.leaving()])"
CONTENT_TYPES = {"css": "text/css", "js": "text/javascript", "html": "text/html"}


@dataclass(slots=True)
class Held:
    """A request of the page that waits for its time."""

    due: int
    route: Route
    reply: Reply


class Stage:
    """A page, its clock, and the app's server as the page sees it."""

    def __init__(self, page: Page, app: App, world: World, captured: list[Json]) -> None:
        self.page = page
        self.app = app
        self.world = world
        self.events: list[Json] = []
        self.captured = captured
        self.path = "/"
        self._held: list[Held] = []
        self._incoming: list[Route] = []
        self._unanswered: list[Route] = []
        self._arrived = asyncio.Event()
        self._ready = asyncio.Event()
        self._fetches = 0
        self._finished = 0
        self._session: CDPSession | None = None

    @property
    def now(self) -> int:
        """The session's clock in epoch milliseconds, without jumps."""
        return self.world.now

    async def attach(self, session: CDPSession) -> None:
        """Listen to the page and answer its requests."""
        self._session = session
        session.on("Runtime.bindingCalled", self._on_message)
        await session.send("Runtime.enable")
        await session.send("Runtime.addBinding", {"name": "labSend"})
        self.page.on("requestfailed", self._on_request_failed)
        await self.page.context.route("**/*", self._on_request)

    async def open_first(self, path: str) -> None:
        """Load the first page of the session."""
        await self.page.goto(self.app.origin + path, wait_until="commit")
        await self._until(self._ready)

    async def close(self) -> None:
        """Let go of every request that was never answered."""
        for route in self._unanswered:
            await _answer(route, Reply(dropped=True))

    async def pass_time(self, ms: float) -> None:
        """Let the session's clock run; answer what becomes due on the way."""
        end = self.now + round(ms)
        state = await self.call("settle")
        while True:
            await self._collect(state)
            due = min((held.due for held in self._held), default=end + 1)
            if self.now < min(due, end):
                state = await self.call("advance", min(due, end) - self.now)
            elif due <= end:
                await self._fulfil(min(self._held, key=lambda held: held.due))
                state = await self.call("settle")
            else:
                return

    async def jump(self, ms: int) -> None:
        """Set the machine's clock off, as sleep or a time server does."""
        await self.call("jump", ms)
        self.world.shift += ms

    async def call(self, name: str, *arguments: object) -> Any:  # noqa: ANN401
        """Call one of the driver functions of page.js, on the next page if this one is leaving.

        The protocol answers nothing while a document is under way, so documents are never held;
        page.js adds their latency to the clock instead.
        """
        if self._session is None:
            raise RuntimeError("attach the stage to a page first")
        listed = ",".join(json.dumps(argument) for argument in arguments)
        script = f"labDriver.{name}({listed}).then((value) => [value, labDriver.leaving()])"
        for _ in range(RETRIES):
            await self._until(self._ready)
            value = await self._evaluate(self._session, script)
            if value is None:
                await asyncio.sleep(0.02)
                if name in ONCE_ONLY:
                    return None
                continue
            if value[1] or not self._ready.is_set():
                await self._next_document()
                if name in ONCE_ONLY:
                    return None
                script = script if name != "advance" else SETTLE
                continue
            if name in ("advance", "settle"):
                self.world.now = int(value[0]["now"])
                self.path = str(value[0]["path"])
            return value[0]
        raise RuntimeError(f"The page of {self.app.name!r} at {self.path!r} does not answer.")

    async def _evaluate(self, session: CDPSession, script: str) -> list[Any] | None:
        """Evaluate a script; None where the document went away meanwhile."""
        options = {"expression": script, "awaitPromise": True, "returnByValue": True}
        try:
            answer = cast("Json", await session.send("Runtime.evaluate", options))
        except BrowserError as gone:
            if "closed" in str(gone) and "navigated" not in str(gone):
                raise
            return None
        if "exceptionDetails" in answer:
            details = json.dumps(answer["exceptionDetails"])
            if "labDriver is not defined" in details:
                return None
            raise RuntimeError(details)
        result: Json = answer["result"]
        return result.get("value")

    async def leave_to(self, path: str) -> None:
        """Go to an address, as somebody who types it."""
        await self.call("leave", path)
        await self.pass_time(700)

    async def back(self) -> None:
        """Press the browser's back button."""
        await self.call("back")
        await self.pass_time(700)

    async def _next_document(self) -> None:
        """Wait for the document that the page is leaving for."""
        for _ in range(NOT_LEAVING_AFTER):
            if not self._ready.is_set():
                break
            await asyncio.sleep(0.01)
        await self._until(self._ready)

    async def _collect(self, state: Json) -> None:
        """Wait until every request that the page has started has arrived here."""
        self._finished = int(state["finished"])
        while self._fetches < int(state["started"]):
            self._arrived.clear()
            await self._until(self._arrived)
        for route in self._incoming:
            reply = self._reply(route.request)
            if not reply.never:
                self._held.append(Held(self.now + reply.latency_ms, route, reply))
        self._incoming.clear()

    async def _until(self, event: asyncio.Event) -> None:
        await asyncio.wait_for(event.wait(), LOAD_TIMEOUT_SECONDS)

    async def _fulfil(self, held: Held) -> None:
        self._held.remove(held)
        self._unanswered.remove(held.route)
        await _answer(held.route, held.reply)
        await self.call("answered", self._finished)

    async def _on_request(self, route: Route) -> None:
        request = route.request
        url = urlsplit(request.url)
        if request.resource_type == "fetch" and request.frame == self.page.main_frame:
            self._fetches += 1
            self._incoming.append(route)
            self._unanswered.append(route)
            self._arrived.set()
        elif request.is_navigation_request() and request.frame == self.page.main_frame:
            self._ready.clear()
            self.path = url.path
            self._held.clear()
            self._incoming.clear()
            self._fetches = 0
            await _answer(route, self._document(url.path))
        elif request.resource_type in ("ping", "xhr"):
            await _answer(route, Reply(body={"status": 1}))
        else:
            await _answer(route, self._file(url.path.lstrip("/")))

    def _reply(self, request: Request) -> Reply:
        """Let the app's server answer; what goes elsewhere is analytics."""
        if not request.url.startswith(self.app.origin + "/"):
            return Reply(body={"status": 1}, latency_ms=60)
        url = urlsplit(request.url)
        body: Json = {}
        if request.post_data:
            body = json.loads(request.post_data)
        call = Call(
            method=request.method,
            path=url.path,
            query=dict(parse_qsl(url.query)),
            body=body,
            page=self.path,
        )
        return self.app.respond(call, self.world)

    def _document(self, path: str) -> Reply:
        name = path.strip("/") or "index"
        file = self.app.site / f"{name}.html"
        if not file.is_file():
            file = self.app.site / "index.html"
        body = file.read_text(encoding="utf-8")
        return Reply(body=body, content_type="text/html")

    def _file(self, path: str) -> Reply:
        file = self.app.site / path
        suffix = file.suffix.lstrip(".")
        if suffix not in CONTENT_TYPES or not file.is_file():
            return Reply(status=404, body="", content_type="text/plain")
        return Reply(body=file.read_text(encoding="utf-8"), content_type=CONTENT_TYPES[suffix])

    def _on_request_failed(self, request: Request) -> None:
        self._held = [held for held in self._held if held.route.request != request]
        self._incoming = [route for route in self._incoming if route.request != request]

    def _on_message(self, message: Json) -> None:
        if message["name"] != "labSend":
            return
        payload: Json = json.loads(message["payload"])
        value: Json = payload["value"]
        match payload["kind"]:
            case "event":
                self.events.append(value)
            case "hit":
                self.world.hits.append(Hit(value["id"], int(value["at"]), value["page"]))
            case "captured":
                self.captured.append(value)
            case _:
                self.world.now = int(value["now"])
                self._ready.set()


async def _answer(route: Route, reply: Reply) -> None:
    headers = {"access-control-allow-origin": "*", "access-control-allow-headers": "*"}
    text = reply.body if isinstance(reply.body, str) else json.dumps(reply.body)
    try:
        if reply.dropped:
            await route.abort("connectionreset")
        else:
            await route.fulfill(
                status=reply.status, body=text, content_type=reply.content_type, headers=headers
            )
    except BrowserError as gone:
        if "closed" in str(gone):
            raise
