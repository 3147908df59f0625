"""Console lines as the plugin writes them: JSON within JSON, from any page."""

from __future__ import annotations

import pytest

from graph.traces.network import message_of


@pytest.mark.parametrize(
    ("argument", "text"),
    [
        pytest.param('"Uncaught TypeError: x"', "Uncaught TypeError: x", id="a text"),
        pytest.param('"half \\ud800 a character"', "half ? a character", id="half a character"),
        pytest.param("not JSON at all", "not JSON at all", id="no JSON"),
        pytest.param("[" * 4_000, "[" * 159 + "…", id="nested deeper than can be read"),
    ],
)
def test_every_argument_has_a_text(argument: str, text: str) -> None:
    """What the page logged is told as text, whatever the recorder made of it."""
    message = message_of({"level": "error", "payload": [argument], "trace": []}, 0)
    assert message is not None
    assert message.text == text
