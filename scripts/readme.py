"""Draws the pipeline into the README again: ``.venv/bin/python -m scripts.readme``."""

from __future__ import annotations

import re
from pathlib import Path

from graph.build import graph_mermaid

README = Path(__file__).resolve().parents[1] / "README.md"
DRAWING = re.compile(
    r"(<!-- pipeline:[^\n]*\n```mermaid\n)(.*?)(```\n<!-- /pipeline -->)", re.DOTALL
)


def drawn(readme: str) -> str:
    """The README's text with the drawing that the graph makes of itself now."""
    drawing = graph_mermaid().strip() + "\n"
    return DRAWING.sub(lambda found: found[1] + drawing + found[3], readme)


if __name__ == "__main__":
    README.write_text(drawn(README.read_text(encoding="utf-8")), encoding="utf-8")
