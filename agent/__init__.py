"""The conversation: a chat agent over the stored reports, and its events for whoever shows them."""

from __future__ import annotations

from agent.chat import build_agent

__all__ = ["build_agent"]
