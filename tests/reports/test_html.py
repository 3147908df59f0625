"""The HTML view: one file, no scripts, nothing fetched, every recorded text as text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from graph.reports.render import to_html
from graph.reports.report import Report
from graph.sessions.summary import RefutedClaim, WithheldClaim
from tests.patterns.building import issue, session
from tests.reports.hostile import HOSTILE
from tests.reports.making import booking_site, report_of

VOID = {"meta"}
REFERENCES = {"href", "src", "action", "srcset", "poster", "data", "xlink:href", "formaction"}


class _Page(HTMLParser):
    """The tags, attributes and text of a page; fails on tags that do not match."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open[-1:] != ["style"]:
            self.text.append(data)

    def values(self, name: str) -> list[str]:
        return [value for attribute, value in self.attributes if attribute == name]


def hostile_report(text: str) -> Report:
    """A report in which every recorded text is the hostile one."""
    one = issue("error_shown", f'button "{text}"', text, text, claim=text, row=1)
    withheld = WithheldClaim(claim=text, kind=text, event_ids=(text,), reason=text, found_by=text)
    refuted = RefutedClaim(
        title=text, claim=text, kind=one.kind, event_ids=one.event_ids, ms=1, page=text,
        reason=text, key=one.key,
    )  # fmt: skip
    told = [
        session(n, one, file=f"{n}{text}", withheld=[withheld], refuted=[refuted]) for n in (1, 2)
    ]
    return report_of(told, focus=text, source=text)


@pytest.mark.parametrize("text", HOSTILE)
def test_recorded_text_is_only_ever_text(text: str) -> None:
    """No tag, attribute or address comes from what a page wrote, wherever it turns up."""
    page = _Page(to_html(hostile_report(text)))
    assert set(page.tags) <= set(_Page(to_html(report_of(booking_site()))).tags)
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert all(value.startswith("#") for name, value in page.attributes if name in REFERENCES)
    assert not page.values("style")


def test_the_page_fetches_nothing_and_forbids_the_rest() -> None:
    """No script, no address, and a policy that forbids both should either appear."""
    html = to_html(report_of(booking_site()))
    page = _Page(html)
    assert not {"script", "img", "iframe", "link", "form", "object", "base"} & set(page.tags)
    assert "default-src 'none'; style-src 'unsafe-inline'" in html
    assert not re.search(r"url\(|@import|https?://", html)


def test_every_link_leads_somewhere_and_every_id_is_one() -> None:
    """Anchors of patterns and sessions exist once each."""
    page = _Page(to_html(report_of(booking_site())))
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    assert {value[1:] for value in page.values("href")} <= set(ids)


def test_pictures_say_in_words_what_they_show() -> None:
    """Each bar and each timeline has a label for those who do not see it."""
    html = to_html(report_of(booking_site()))
    bars = re.findall(r'<svg class="bar" role="img"[^>]*aria-label="([^"]+)"', html)
    assert bars[0] == ("4 of 12 sessions that could meet it (33%; 95% interval 14% to 61%)")
    assert html.count('class="timeline" role="img"') == html.count(
        'aria-label="Timeline'
    ) + html.count('aria-label="0:')


def test_all_parts_of_the_report_are_on_the_page() -> None:
    """Answer, patterns, refuted, sessions, coverage, claims and cost, whatever was found."""
    for report in (report_of(booking_site(), focus="why is it slow?"), report_of([])):
        text = " ".join(_Page(to_html(report)).text)
        for part in ("Patterns", "Refuted", "Sessions", "Coverage", "Claims", "Cost"):
            assert part in text
        for line in report.answer.splitlines():
            assert line.partition(". ")[2] in text or line in text


def test_a_clip_is_a_link_only_within_the_folder() -> None:
    """A clip that is named like an address is not linked."""
    clips = ["clips/one.webm", "javascript:alert(1)", "//evil.example/x", "../secret", "/etc/x"]
    report = report_of([session(n, issue()) for n in range(len(clips))])
    evidence = report.patterns[0].evidence
    with_clips = [
        one.model_copy(update={"clip": clip}) for one, clip in zip(evidence, clips, strict=True)
    ]
    pattern = report.patterns[0].model_copy(update={"evidence": with_clips})
    page = _Page(to_html(report.model_copy(update={"patterns": [pattern]})))
    links = [value for value in page.values("href") if not value.startswith("#")]
    assert links == ["clips/one.webm"]
