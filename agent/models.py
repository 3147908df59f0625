"""Which model speaks in the conversation."""

from __future__ import annotations

from langchain_core.language_models import BaseChatModel

from agent.router import Router
from graph.settings import Settings


def chat_model(settings: Settings) -> BaseChatModel:
    """The chat model of a deployment. These settings know no keys, so it is the router: no model."""
    return Router()
