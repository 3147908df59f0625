"""PostHog's sessions as a source, by the settings: one client a process, so that its limits are kept by all runs."""

from __future__ import annotations

import threading
from pathlib import Path

from graph.settings import Settings
from graph.sources.posthog.cache import RecordingCache
from graph.sources.posthog.client import PostHogClient, PostHogProject
from graph.sources.posthog.filters import PostHogFilter
from graph.sources.posthog.source import PostHogSource
from graph.sources.posthog.throttle import Tell


class PostHogDoor:
    """Opens sources of the project that the settings name."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._cache = RecordingCache(Path(settings.data_dir) / "posthog")
        self._opening = threading.Lock()
        self._client: PostHogClient | None = None

    def __call__(self, wanted: PostHogFilter, tell: Tell) -> PostHogSource:
        """The sessions of a filter.

        Raises:
            SettingsError: the project or its key is missing from the settings.
        """
        with self._opening:
            if self._client is None:
                self._client = PostHogClient(
                    PostHogProject.at(
                        self._settings.posthog_host,
                        self._settings.posthog_project,
                        self._settings.posthog_key.get_secret_value(),
                    )
                )
            return PostHogSource(self._client, wanted, self._cache, tell=tell)

    def close(self) -> None:
        """Close the connections."""
        with self._opening:
            if self._client is not None:
                self._client.close()
                self._client = None
