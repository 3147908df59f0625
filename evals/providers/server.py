"""Both providers behind one port: paths, keys, limits, luck, and who answers."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import math
import re
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from pydantic import ValidationError

from evals.providers import google, openai
from evals.providers.answers.answerer import Answerer, echo
from evals.providers.asked import Asked, Reply, Shown
from evals.providers.delivery import JSON, Delivery
from evals.providers.faults import Attempts, Faults
from evals.providers.limits import Limits
from evals.providers.profiles import INSTANT, Profile, draw_pace
from evals.providers.refusals import Refusal, refusal_of
from evals.providers.wire import Out, Received, serve_connection

DIMENSIONS = 256
GENERATE = re.compile(r"^/v1(?:beta)?/models/([^/:]+):(generateContent|streamGenerateContent)$")
EMBED = re.compile(r"^/v1(?:beta)?/models/([^/:]+):(?:batchEmbedContents|embedContent)$")
UPLOAD = re.compile(r"^/upload/v1beta/files$")
FILE = re.compile(r"^/v1beta/files/([\w-]+)$")


@dataclass
class ProviderServer:
    """Answers for OpenAI and Google. One may change what it does between requests."""

    answerer: Answerer = echo
    faults: Faults = field(default_factory=Faults)
    profile: Profile = INSTANT
    limits: Limits = field(default_factory=Limits)
    seed: int = 0
    attempts: Attempts = field(default_factory=Attempts)
    embedded: list[str] = field(default_factory=list[str])
    """Every text that was embedded, in order."""
    files: dict[str, Shown] = field(default_factory=dict[str, Shown])

    async def handle(self, received: Received, out: Out) -> None:
        """Answer one request."""
        path = urlsplit(received.target).path
        try:
            if path.endswith("/chat/completions"):
                request = openai.ChatRequest.model_validate_json(received.body)
                await self._answer(request.asked(), _bearer(received), out)
            elif path.endswith("/embeddings"):
                await self._embed_openai(received, out)
            elif found := GENERATE.match(path):
                asked = google.GenerateRequest.model_validate_json(received.body).asked(
                    found[1], stream=found[2].startswith("stream"), files=self.files
                )
                await self._answer(asked, _google_key(received), out)
            elif EMBED.match(path):
                request_ = google.EmbedRequest.model_validate_json(received.body)
                body = google.embeddings(request_, self._vectors(request_.texts))
                await out.whole(200, JSON, body)
            elif UPLOAD.match(path) or path.startswith("/upload/local/"):
                await self._upload(received, path, out)
            elif file := FILE.match(path):
                await out.whole(200, JSON, self._file_json(file[1]))
            else:
                await out.whole(404, JSON, b'{"error": {"message": "no such path"}}')
        except ValidationError as error:
            message = json.dumps(
                {"error": {"message": str(error)[:500], "code": "invalid_request"}}
            )
            await out.whole(400, JSON, message.encode())

    async def _answer(self, asked: Asked, key: str | None, out: Out) -> None:
        attempt = self.attempts.begin(asked)
        pace = draw_pace(self.profile, self.seed, asked.digest, attempt, asked.input_tokens)
        delivery = Delivery(
            asked, Reply(), pace, out, self.limits.headers(), lambda: self.attempts.complete(asked)
        )
        refusal = refusal_of(asked, key)
        if refusal is not None:
            await delivery.error(refusal)
            return
        wait = self.limits.take(asked.input_tokens + (asked.max_output_tokens or 0))
        if wait > 0:
            limited = Refusal(
                429, "rate_limit_exceeded", f"Rate limit reached. Try in {wait:.1f}s."
            )
            await delivery.error(limited, {"retry-after": str(math.ceil(wait))})
            return
        reply = await asyncio.to_thread(self._reply, asked)
        delivery = Delivery(
            asked, reply, pace, out, self.limits.headers(), lambda: self.attempts.complete(asked)
        )
        fault = self.faults.decide(asked, attempt)
        await (delivery.send() if fault is None else delivery.send_with(fault))

    def _reply(self, asked: Asked) -> Reply:
        return self.answerer(asked) or echo(asked)

    async def _embed_openai(self, received: Received, out: Out) -> None:
        request = openai.EmbeddingRequest.model_validate_json(received.body)
        body = openai.embeddings(request, self._vectors(request.texts))
        await out.whole(200, {**JSON, **self.limits.headers()}, body)

    def _vectors(self, texts: list[str]) -> list[list[float]]:
        self.embedded += texts
        return [embedding_of(text) for text in texts]

    async def _upload(self, received: Received, path: str, out: Out) -> None:
        """Google's resumable upload: a start that names an address, then the bytes to it."""
        if received.headers.get("x-goog-upload-command", "").startswith("start"):
            name = hashlib.sha256(received.body).hexdigest()[:12]
            kind = received.headers.get("x-goog-upload-header-content-type", "video/mp4")
            self.files[name] = Shown(kind, b"")
            host = received.headers.get("host", "127.0.0.1")
            address = f"http://{host}/upload/local/{name}"
            await out.whole(200, {**JSON, "x-goog-upload-url": address}, b"{}")
            return
        name = path.rpartition("/")[2]
        self.files[name] = Shown(self.files[name].mime_type, received.body)
        headers = {**JSON, "x-goog-upload-status": "final"}
        await out.whole(200, headers, b'{"file": ' + self._file_json(name) + b"}")

    def _file_json(self, name: str) -> bytes:
        shown = self.files.get(name, Shown("video/mp4", b""))
        return json.dumps(
            {
                "name": f"files/{name}",
                "uri": f"https://files.invalid/v1beta/files/{name}",
                "mimeType": shown.mime_type,
                "sizeBytes": str(len(shown.data)),
                "state": "ACTIVE",
                "sha256Hash": base64.b64encode(hashlib.sha256(shown.data).digest()).decode(),
            }
        ).encode()


def embedding_of(text: str) -> list[float]:
    """A vector in which texts that share words lie near each other: hashed words and their beginnings."""
    vector = [0.0] * DIMENSIONS
    for word in re.findall(r"\w+", text.lower()):
        for part in (word, word[:4]):
            digest = hashlib.sha256(part.encode()).digest()
            vector[digest[0]] += 1.0 if digest[1] % 2 else -1.0
    length = math.sqrt(sum(one * one for one in vector)) or 1.0
    return [one / length for one in vector]


def _bearer(received: Received) -> str | None:
    return received.headers.get("authorization", "").removeprefix("Bearer ").strip() or None


def _google_key(received: Received) -> str | None:
    asked = parse_qs(urlsplit(received.target).query).get("key", [])
    return received.headers.get("x-goog-api-key") or next(iter(asked), None)


@dataclass
class Serving:
    """A server that runs: what it does, and where."""

    server: ProviderServer
    address: str

    @property
    def openai_url(self) -> str:
        """For ``base_url`` of OpenAI's client."""
        return f"{self.address}/v1"


@contextmanager
def serving(server: ProviderServer, *, port: int = 0) -> Generator[Serving]:
    """Serve in a thread of its own; connections that hang are cut at the end."""
    ready = threading.Event()
    places: list[int] = []
    stop: list[Callable[[], object]] = []
    loop = asyncio.new_event_loop()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await serve_connection(reader, writer, server.handle)

    async def listen() -> None:
        listener = await asyncio.start_server(accept, "127.0.0.1", port, limit=2**20)
        places.append(listener.sockets[0].getsockname()[1])
        ready.set()
        try:
            await listener.serve_forever()
        finally:
            listener.close()

    def run() -> None:
        asyncio.set_event_loop(loop)
        main = loop.create_task(listen())
        stop.append(lambda: loop.call_soon_threadsafe(main.cancel))
        try:
            loop.run_until_complete(main)
        except asyncio.CancelledError:
            pass
        finally:
            left = asyncio.all_tasks(loop)
            for task in left:
                task.cancel()
            loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))  # noqa: TID251 (ends them all)
            loop.run_until_complete(loop.shutdown_default_executor())
            loop.close()

    thread = threading.Thread(target=run, name="providers", daemon=True)
    thread.start()
    if not ready.wait(20):
        raise RuntimeError("The provider server did not start.")
    try:
        yield Serving(server, f"http://127.0.0.1:{places[0]}")
    finally:
        stop[0]()
        thread.join(20)
