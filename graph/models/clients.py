"""The clients of the providers, one per model. Their own retries are off: one layer retries, ours.

Loading them takes about two seconds, so this module is loaded once a run asks for a model.
"""

from __future__ import annotations

import httpx
from langchain_core.language_models import BaseChatModel
from langchain_google_genai import ChatGoogleGenerativeAI
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from graph.models.exchange import note_request, note_response
from graph.models.roles import ModelChoice
from graph.settings import Settings

NO_KEY = SecretStr("none")
"""Sent where a server of one's own asks for no key: the client insists on some."""

CONNECT_SECONDS = 10.0


class ModelClients:
    """Open clients of one process; close them before its event loop ends."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._open: dict[ModelChoice, BaseChatModel] = {}
        self._http: list[httpx.AsyncClient] = []

    def chat_model(self, choice: ModelChoice) -> BaseChatModel:
        """The client of a model, opened once."""
        if choice not in self._open:
            make = self._google if choice.provider == "google" else self._openai
            self._open[choice] = make(choice)
        return self._open[choice]

    async def close(self) -> None:
        """Close every connection."""
        for client in self._open.values():
            if isinstance(client, ChatGoogleGenerativeAI):
                await client.aclose()
        for http in self._http:
            await http.aclose()
        self._open.clear()
        self._http.clear()

    def _openai(self, choice: ModelChoice) -> ChatOpenAI:
        # A client of our own notes what leaves and what the headers say. It follows no redirect, and
        # reads no proxy variables, which could lead recordings elsewhere.
        http = httpx.AsyncClient(
            event_hooks={"request": [note_request], "response": [note_response]},
            timeout=httpx.Timeout(None, connect=CONNECT_SECONDS),
            trust_env=False,
        )
        self._http.append(http)
        key = self._settings.openai_key
        return ChatOpenAI(
            model=choice.model,
            api_key=key if key.get_secret_value() else NO_KEY,
            base_url=choice.base_url,
            http_async_client=http,
            max_retries=0,
            stream_usage=True,
            stream_chunk_timeout=None,
            temperature=0 if choice.facts.sampling else None,
            reasoning_effort=choice.effort,
        )

    def _google(self, choice: ModelChoice) -> ChatGoogleGenerativeAI:
        key = self._settings.google_key
        return ChatGoogleGenerativeAI(
            model=choice.model,
            google_api_key=key if key.get_secret_value() else NO_KEY,
            base_url=choice.base_url,
            client_args={
                "event_hooks": {"request": [note_request], "response": [note_response]},
                "trust_env": False,
            },
            max_retries=1,  # attempts, not retries
            temperature=0 if choice.facts.sampling else None,
            reasoning_effort=choice.effort,
        )
