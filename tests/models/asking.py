"""A run's models against a scripted server."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

from graph.models.call import ModelCall, Models
from graph.models.door import ModelDoor
from graph.models.roles import Role
from graph.settings import Settings
from tests.models.wire import Script, Wire, wire

PROVIDER = Literal["openai", "google"]
MODEL = {"openai": "gpt-6-luna", "google": "gemini-3.8-flash"}
KEY = "sk-canary-0123456789"


@dataclass(slots=True)
class Heard:
    """A reader that keeps what it takes."""

    begun: int = 0
    texts: list[str] = field(default_factory=list[str])

    def begin(self) -> None:
        self.begun += 1
        self.texts.clear()

    def take(self, text: str) -> None:
        self.texts.append(text)


def settings_for(url: str, provider: PROVIDER = "openai", **explicit: object) -> Settings:
    """Settings whose roles are all models of one provider, served at an address."""
    if provider == "google":
        return Settings.from_env({"GEMINI_API_KEY": KEY}, google_base_url=url, **explicit)
    return Settings.from_env({"OPENAI_API_KEY": KEY}, openai_base_url=f"{url}/v1", **explicit)


def call_of(user: str = "What happened?", **more: object) -> ModelCall:
    values: dict[str, object] = {
        "role": Role.FAST,
        "prompt": "session_summary",
        "prompt_digest": "p1",
        "system": "You tell sessions.",
        "user": user,
    }
    return ModelCall(**(values | more))  # pyright: ignore[reportArgumentType]


@asynccontextmanager
async def asking(
    *scripts: Script, provider: PROVIDER = "openai", **explicit: object
) -> AsyncGenerator[tuple[Models, Wire]]:
    """The models of a run, and the server they ask."""
    async with wire(*scripts) as served:
        door = ModelDoor(settings_for(served.url, provider, **explicit))
        try:
            yield await door.for_run("run_1"), served
        finally:
            await door.close()
