"""Twelve small pages and what a person does on them: where nine vendors' default rules disagree.

The scenarios and the verdicts of the other rules are those of a survey of public source and documentation;
ours is computed from the recordings beside this file. ``python -m evals.scenarios.record`` records them
again in Chromium, ``python -m evals.scenarios.table`` writes ``docs/signals.md``.
"""

from __future__ import annotations

from dataclasses import dataclass

VENDORS = (
    "PostHog", "Mixpanel", "Amplitude", "Datadog", "Sentry", "OpenReplay", "Highlight", "oss-clarity", "spoiler",
)  # fmt: skip
"""Default rules of their current releases. R rage, D dead or unresponsive, s slow, - nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One page, one user, one truth."""

    letter: str
    words: str
    truth: str
    body: str
    script: str
    clicks: tuple[int, ...]
    """Milliseconds after the page is ready, each a click on ``#target``."""
    expected: str
    """Ours must say exactly this: ``-``, ``slow``, ``dead`` or ``rage``."""
    others: tuple[str, ...]
    """Verdicts in the order of ``VENDORS``."""
    settle_ms: int = 3_500
    multi: int = 0
    """2 or 3 for a double or triple click on a word."""


_PARAGRAPH = (
    "<p id='target' style='width:420px'>Every delivery is packed by hand and leaves our house on the day "
    "after your order, except on Sundays.</p>"
)
_BUTTON = "<button id='target' type='button'>{name}</button><p id='out'>{text}</p>"
_TICKER = "<p>Visitors now: <span id='ticker'>100</span></p>"


def _answers_after(ms: int) -> str:
    return (
        "document.getElementById('target').addEventListener('click', () => setTimeout(() => {"
        f"document.getElementById('out').textContent = 'Your quote: 42 pounds'; }}, {ms}));"
    )


_STEPPER = (
    "let n = 1; document.getElementById('target').addEventListener('click', () => {"
    "n += 1; document.getElementById('out').textContent = 'Passengers: ' + n; });"
)
_PAGER = (
    "let n = 1; document.getElementById('target').addEventListener('click', () => {"
    "n += 1; document.getElementById('out').textContent = 'Page ' + n + ' of 9'; });"
)
_TICK = "let v = 100; setInterval(() => { v += 1; document.getElementById('ticker').textContent = v; }, 500);"

SCENARIOS = (
    Scenario(
        letter="A", words="a double click selects a word", truth="fine", body=_PARAGRAPH, script="",
        clicks=(2_500,), multi=2, expected="-", others=("-", "D", "-", "-", "-", "D", "-", "-", "D"),
    ),
    Scenario(
        letter="B", words="a triple click selects a paragraph", truth="fine", body=_PARAGRAPH, script="",
        clicks=(2_500,), multi=3, expected="-", others=("R", "D", "-", "-", "-", "RD", "-", "R", "D"),
    ),
    Scenario(
        letter="C", words='"+" five times in a second, each works', truth="fine",
        body=_BUTTON.format(name="+", text="Passengers: 1"), script=_STEPPER,
        clicks=(2_500, 2_700, 2_900, 3_100, 3_300), expected="-",
        others=("R", "R", "R", "R", "-", "R", "R", "R", "R"),
    ),
    Scenario(
        letter="D", words='"next" four times at 450 ms, each works', truth="fine",
        body=_BUTTON.format(name="next", text="Page 1 of 9"), script=_PAGER,
        clicks=(2_500, 2_950, 3_400, 3_850), expected="-",
        others=("R", "R", "-", "R", "-", "-", "-", "R", "R"),
    ),
    Scenario(
        letter="E", words="a button answers after 1.8 s", truth="slow",
        body=_BUTTON.format(name="Get a quote", text=""), script=_answers_after(1_800), clicks=(2_500,),
        expected="slow", others=("-", "D", "-", "D", "-", "D", "-", "D", "s"),
    ),
    Scenario(
        letter="F", words="a button answers after 2.8 s", truth="slow",
        body=_BUTTON.format(name="Get a quote", text=""), script=_answers_after(2_800), clicks=(2_500,),
        expected="slow", others=("D", "D", "-", "D", "-", "D", "-", "D", "D"),
    ),
    Scenario(
        letter="G", words="a button answers after 4 s", truth="very slow",
        body=_BUTTON.format(name="Get a quote", text=""), script=_answers_after(4_000), clicks=(2_500,),
        settle_ms=5_500, expected="slow", others=("D", "D", "D", "D", "-", "D", "-", "D", "D"),
    ),
    Scenario(
        letter="H", words="a broken button, clicked once", truth="dead",
        body=_BUTTON.format(name="Get a quote", text=""), script="", clicks=(2_500,),
        expected="dead", others=("D", "D", "D", "D", "D", "D", "-", "D", "D"),
    ),
    Scenario(
        letter="I", words="a broken button, three clicks at 400 ms", truth="rage",
        body=_BUTTON.format(name="Get a quote", text=""), script="", clicks=(2_500, 2_900, 3_300),
        expected="rage", others=("RD", "D", "D", "RD", "RD", "D", "-", "RD", "RD"),
    ),
    Scenario(
        letter="J", words="a broken button, three clicks at 700 ms", truth="rage",
        body=_BUTTON.format(name="Get a quote", text=""), script="", clicks=(2_500, 3_200, 3_900),
        expected="rage", others=("RD", "D", "D", "D", "RD", "D", "-", "D", "D"),
    ),
    Scenario(
        letter="K", words="a broken button, three clicks 2 s apart", truth="patient rage",
        body=_BUTTON.format(name="Get a quote", text=""), script="", clicks=(2_500, 4_500, 6_500),
        expected="rage", others=("D", "D", "D", "D", "RD", "D", "-", "D", "D"),
    ),
    Scenario(
        letter="L", words="a broken button, three clicks, and a ticker of 500 ms", truth="rage",
        body=_TICKER + _BUTTON.format(name="Get a quote", text=""), script=_TICK,
        clicks=(2_500, 2_900, 3_300), expected="rage",
        others=("R", "-", "-", "RD", "-", "-", "-", "R", "R"),
    ),
)  # fmt: skip
