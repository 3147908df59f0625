"""The way to the models: opened once a run asks for one, so that a run by rules never loads a client."""

from __future__ import annotations

import asyncio
import importlib
from typing import TYPE_CHECKING, cast

from graph.models.call import Models
from graph.models.roles import Role, resolve_roles
from graph.settings import Settings

if TYPE_CHECKING:
    from graph.models.layer import CallLayer


class ModelDoor:
    """The models of one process. Close it before its event loop ends."""

    def __init__(self, settings: Settings) -> None:
        """Raises: SettingsError."""
        self._settings = settings
        self._layer: CallLayer | None = None
        self._opening = asyncio.Lock()
        self.roles = resolve_roles(settings)

    @property
    def why_closed(self) -> str:
        """Why no session can be told by a model; empty where one can."""
        return self.roles.reasons.get(Role.FAST, "")

    async def for_run(self, run_id: str) -> Models:
        """The models of one run; the first one loads the clients."""
        async with self._opening:
            if self._layer is None:
                layer = await asyncio.to_thread(importlib.import_module, "graph.models.layer")
                self._layer = cast("CallLayer", layer.CallLayer(self._settings, self.roles))
        return self._layer.for_run(run_id)

    async def close(self) -> None:
        """Close every connection."""
        if self._layer is not None:
            await self._layer.close()
            self._layer = None
