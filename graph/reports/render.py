"""The views of the one report object: Markdown, JSON and HTML. What they say is the same."""

from __future__ import annotations

from graph.reports.html import to_html
from graph.reports.markdown import to_markdown
from graph.reports.report import Report

__all__ = ["to_html", "to_json", "to_markdown"]


def to_json(report: Report) -> str:
    """The public JSON form, ``snags.report/1``."""
    return report.to_json()
