"""The Markdown view: what it says, and that recorded text stays text."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given, strategies as st
from inline_snapshot import snapshot
from markdown_it import MarkdownIt

from graph.patterns.wording import plain
from graph.reports.markdown import escaped
from graph.reports.render import to_markdown
from graph.sessions.summary import Harm, IssueKind
from tests.patterns.building import issue, session
from tests.reports.hostile import HOSTILE
from tests.reports.making import booking_site, report_of


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def rendered(markdown: str) -> _Reader:
    """What a renderer with everything switched on makes of it."""
    reader = _Reader()
    reader.feed(
        MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown)
    )
    return reader


@pytest.mark.parametrize("text", HOSTILE)
def test_recorded_text_is_shown_and_does_nothing(text: str) -> None:
    """Links, images, headings, tables, HTML and code arrive as the characters they are."""
    reader = rendered(escaped(text))
    assert reader.tags <= {"p"}
    assert " ".join(reader.text.split()) == plain(text, 400)


@given(st.text(max_size=200))
def test_any_text_survives_escaping(text: str) -> None:
    """Whatever was recorded, a renderer shows exactly its plain form."""
    reader = rendered(escaped(text))
    assert reader.tags <= {"p"}
    assert " ".join(reader.text.split()) == plain(text, 400)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_page_adds_nothing_to_a_report(text: str) -> None:
    """The report has its own headings and lists only, wherever the text turns up."""
    clean = rendered(to_markdown(report_of(booking_site()))).tags
    hostile = issue("error_shown", f'button "{text}"', text, text, claim=text)
    reader = rendered(to_markdown(report_of([session(n, hostile) for n in (1, 2)], source=text)))
    assert reader.tags <= clean


def test_issues_of_no_pattern_are_listed_with_their_session() -> None:
    """A mild issue of one session stands in the report, apart from what recurs."""
    mild = issue(harm=Harm.LOW, kind=IssueKind.CONFUSION, claim="Clicked a picture twice.")
    text = to_markdown(report_of([session(1, mild)]))
    section = text.partition("## Issues of single sessions")[2].partition("## ")[0]
    assert "- s0001 at 0:10 on /checkout (low): Clicked a picture twice." in section


def test_the_report_reads_well_as_markdown() -> None:
    """The whole of a small report, as a terminal or a ticket shows it."""
    summaries = [session(1, issue(row=2)), session(2, issue(row=2)), session(3)]
    assert to_markdown(report_of(summaries)) == snapshot("""\
# 1 pattern in 3 sessions of booking-site

2 of 3 sessions ran into something that recurs: 1 pattern (1 high).
1. “Pay now” on /checkout does nothing (high; 2 of 2 sessions that could meet it, 100%, 95% interval 34 to 100%)

Not counted: 1 session failed, 1 session skipped, 1 file unreadable (see Coverage).

## Patterns

### 1. “Pay now” on /checkout does nothing

- **high** · blocking · 2 of 2 sessions that could meet it (100%; 95% interval 34% to 100%)
- Belongs here: Does using “Pay now” on /checkout have no visible effect?
- Why high: Harm high: at least half of its sessions show that or worse. 2 of the 2 sessions that could meet it did (100%); below 5 sessions a share raises nothing. 0 of the 2 succeeded despite it, not more than half: not lowered. Severity high.
- Against sessions without it: No comparison: no session could meet it and did not, or none is known to have failed.
- Pages: /checkout
- Id: p\\_6d93d846db

- s0001 at 0:10 on /checkout (high): button "Pay now": no\\_response
  - before, 0:05: step 2
  - before, 0:07: step 3
  - before, 0:10: step 4
  - **0:09** clicked button "Pay now"; "Something went wrong." appeared (g2x)
  - after, 0:12: step 5
  - after, 0:15: step 6
  - after, 0:17: step 7
- s0002 at 0:10 on /checkout (high): button "Pay now": no\\_response
  - before, 0:05: step 2
  - before, 0:07: step 3
  - before, 0:10: step 4
  - **0:09** clicked button "Pay now"; "Something went wrong." appeared (g2x)
  - after, 0:12: step 5
  - after, 0:15: step 6
  - after, 0:17: step 7

## Refuted

Nothing was suspected and then refuted.

## Sessions

| session | status | outcome | length | issues | what happened |
| --- | --- | --- | --- | --- | --- |
| cut | failed |  |  |  | no full snapshot |
| idle | skipped |  |  |  | no user activity |
| s0001 | summarized | unclear | 1 min | 1 | Tried to book a trip |
| s0002 | summarized | unclear | 1 min | 1 | Tried to book a trip |
| s0003 | summarized | unclear | 1 min | 0 | Tried to book a trip |

## Coverage

- 5 sessions asked for: 3 summarized, 1 skipped (0 of them repeats), 1 failed; success ratio 75%
- Chosen: All sessions of the folder.
- Recorded 3 min, active 2 min, blind 0.0 s
- Unreadable: notes.txt: it is not a recording

## Claims

2 claims, 0 withheld, 0 unknown event ids dropped.

## Cost

- No model was asked: \\$0. Analysts: rules
- Time: first finding after 0.8 s, usable after 2.1 s, final after 2.1 s
- Left this machine: nothing
- Source booking-site, run run\\_0123456789, made 2026-03-01T09:30:00Z
""")
