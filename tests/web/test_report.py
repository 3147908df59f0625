"""Reading the report: the answer first, patterns, evidence, sessions, and the other tabs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.async_api import expect

from tests.web.visiting import Visit, ask, report_of, wait_for_answer

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def open_report(visit: Visit, thread: str) -> dict[str, Any]:
    """Open the conversation with its report; returns the report as the API has it."""
    await visit.page.goto(f"{visit.url}/#/threads/{thread}")
    await visit.page.locator(".report-head").wait_for()
    return await report_of(visit.page)


async def test_the_answer_comes_first_then_patterns_by_severity(visit: Visit, told: str) -> None:
    """Every figure on the page is the report's own."""
    report = await open_report(visit, told)
    page = visit.page
    await expect(page.locator(".answer")).to_be_visible()
    order = ["critical", "high", "medium", "low"]
    severities = await page.locator(".pattern .severity").all_text_contents()
    found = [order.index(one.strip().lower()) for one in severities]
    assert found == sorted(found)
    shares = await page.locator(".pattern .share-number").all_text_contents()
    expected = {f"{one['affected']} of {one['eligible']}" for one in report["patterns"]}
    assert set(shares) == expected


async def test_a_pattern_opens_to_its_evidence(visit: Visit, told: str) -> None:
    """Why, the criterion, and moments with their rows; the address names the pattern."""
    report = await open_report(visit, told)
    page = visit.page
    first = page.locator(".pattern").first
    await first.get_by_role("button").first.click()
    title = await first.locator(".pattern-title").text_content()
    pattern = next(one for one in report["patterns"] if one["title"] == title)
    await expect(first).to_contain_text(pattern["why"])
    await expect(first).to_contain_text(pattern["criterion"])
    evidence = pattern["evidence"][0]
    moment = first.locator(".moment").first
    await expect(moment).to_contain_text(evidence["claim"])
    cited = await moment.locator(".steps .cited code").all_text_contents()
    assert cited == [row["event_id"] for row in evidence["rows"]]
    assert f"/patterns/{pattern['id']}" in page.url
    await page.reload()
    await expect(page.locator(".pattern.open .pattern-title")).to_have_text(title or "")


async def test_evidence_leads_to_its_moment(visit: Visit, told: str) -> None:
    """The session opens with the row of the moment in view, and going back leads back."""
    await open_report(visit, told)
    page = visit.page
    await page.locator(".pattern button").first.click()
    link = page.locator(".moment-link").first
    session = await link.locator(".moment-session").text_content()
    await link.click()
    await expect(page.locator(".session-bar h2")).to_have_text(session or "")
    here = page.locator(".row.here")
    await expect(here).to_have_count(1)
    await expect(here).to_be_in_viewport()
    await page.reload()
    await expect(page.locator(".row.here")).to_be_in_viewport()
    await page.go_back()
    await expect(page.locator(".pattern.open")).to_have_count(1)


TABS = {
    "Sessions": "sessions",
    "Refuted": "evidence",
    "Coverage": "Selection",
    "Claims withheld": "withheld",
    "Cost": "What left this machine",
}


async def test_every_tab_has_its_content(visit: Visit, told: str) -> None:
    """A tab is reached by click, and again by its address."""
    await open_report(visit, told)
    page = visit.page
    for tab, expected in TABS.items():
        await page.get_by_role("tab", name=tab).click()
        await expect(page.get_by_role("tabpanel")).to_contain_text(expected)
    await page.reload()
    await expect(page.get_by_role("tabpanel")).to_contain_text(TABS["Cost"])
    await expect(page.get_by_role("tab", name="Cost")).to_have_attribute("aria-selected", "true")


async def test_tabs_move_with_the_arrow_keys(visit: Visit, told: str) -> None:
    """One stop for the Tab key, arrows between the tabs, round at the ends."""
    await open_report(visit, told)
    page = visit.page
    await page.get_by_role("tab", name="Patterns").focus()
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_role("tab", name="Sessions")).to_be_focused()
    await page.keyboard.press("ArrowLeft")
    await page.keyboard.press("ArrowLeft")
    await expect(page.get_by_role("tab", name="Cost")).to_be_focused()


async def test_sessions_can_be_filtered_and_found(visit: Visit, told: str) -> None:
    """The list says how many of how many are shown, and they are those that fit."""
    report = await open_report(visit, told)
    page = visit.page
    await page.get_by_role("tab", name="Sessions").click()
    await page.get_by_role("button", name="With issues").click()
    with_issues = [one for one in report["sessions"] if one["issues"]]
    status = page.locator("#tab-panel > [role=status]")
    await expect(status).to_contain_text(str(len(with_issues)))
    wanted = with_issues[0]["session_id"]
    await page.get_by_label("Find a session").fill(wanted)
    await expect(page.locator(".session-id").first).to_have_text(wanted)


ENDINGS = {"Markdown": ".md", "JSON": ".json", "HTML": ".html"}


async def test_the_report_can_be_taken_along(visit: Visit, told: str) -> None:
    """Each link downloads the report in its form, under a name with the right ending."""
    report = await open_report(visit, told)
    page = visit.page
    for form, ending in ENDINGS.items():
        async with page.expect_download() as waiting:
            await page.get_by_role("link", name=form, exact=True).click()
        download = await waiting.value
        assert download.suggested_filename.endswith(ending)
        text = (await download.path()).read_text(encoding="utf-8")
        assert report["run_id"] in text if form == "JSON" else "Coverage" in text
        assert form != "JSON" or json.loads(text) == report


async def test_dark_and_light_are_remembered(visit: Visit, told: str) -> None:
    """The choice holds over a reload, and before anything is drawn."""
    await open_report(visit, told)
    page = visit.page

    async def ground() -> str:
        return await page.evaluate("getComputedStyle(document.body).backgroundColor")

    light = await ground()
    await page.get_by_role("radio", name="dark").check(force=True)
    dark = await ground()
    assert dark != light
    await page.reload()
    assert await ground() == dark
    await page.get_by_role("radio", name="system").check(force=True)
    assert await ground() == light


async def test_text_can_be_read_in_both_themes(visit: Visit, told: str) -> None:
    """Every text has the contrast of WCAG AA (4.5:1) against what lies under it."""
    page = visit.page
    await open_report(visit, told)
    await page.locator(".pattern button").first.click()
    await page.locator(".moment").first.wait_for()
    for tab in ("Patterns", *TABS):
        await page.get_by_role("tab", name=tab).click()
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            assert await page.evaluate(LOW_CONTRAST) == [], (tab, scheme)


LOW_CONTRAST = """() => {
  const canvas = Object.assign(document.createElement("canvas"), {width: 1, height: 1});
  const brush = canvas.getContext("2d", {willReadFrequently: true});
  const rgba = (css) => {
    brush.clearRect(0, 0, 1, 1); brush.fillStyle = css; brush.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = brush.getImageData(0, 0, 1, 1).data; return [r, g, b, a / 255];
  };
  const over = (top, under) => [0, 1, 2].map((at) => top[at] * top[3] + under[at] * (1 - top[3])).concat(1);
  const ground = (element) => {
    const layers = [];
    for (let one = element; one; one = one.parentElement) layers.unshift(rgba(getComputedStyle(one).backgroundColor));
    return layers.reduce((under, top) => over(top, under), [255, 255, 255, 1]);
  };
  const light = (colour) => {
    const [r, g, b] = colour.map((one) => one / 255).map((one) => one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !element.checkVisibility({opacityProperty: true, visibilityProperty: true})) continue;
    if (element.closest(":disabled, .visually-hidden, .skip, noscript")) continue;
    const under = ground(element);
    const [a, b] = [light(under), light(over(rgba(getComputedStyle(element).color), under))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) found.push(`${ratio.toFixed(2)} ${element.className} ${texts.currentNode.data.slice(0, 40)}`);
  }
  return found;
}"""


async def test_a_phone_shows_one_of_the_two(phone: Visit, told: str) -> None:
    """Conversation and report are tabs; nothing is wider than the screen; a cited moment opens."""
    page = phone.page
    await page.goto(f"{phone.url}/#/threads/{told}")
    await wait_for_answer(page)
    await expect(page.locator(".report-pane")).to_be_hidden()
    await page.get_by_role("button", name="Report", exact=True).click()
    await expect(page.locator(".pattern").first).to_be_visible()
    await expect(page.locator(".conversation-pane")).to_be_hidden()
    await page.locator(".pattern button").first.click()
    await page.locator(".moment").first.wait_for()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.locator(".moment-link").first.click()
    await expect(page.locator(".row.here")).to_be_in_viewport()


async def test_a_long_list_draws_only_what_is_seen(visit: Visit) -> None:
    """Twenty thousand rows of different heights: few elements, and the wanted row comes into view."""
    await visit.page.goto(visit.url)
    found = await visit.page.evaluate(
        """async () => {
             const {html, render} = await import("/assets/app/shared/html.js");
             const {Windowed} = await import("/assets/app/shared/windowed.js");
             const box = document.createElement("div");
             box.dataset.scroller = "";
             Object.assign(box.style, {position: "fixed", inset: "0", overflow: "auto", zIndex: "99"});
             document.body.append(box);
             const row = (at) => html`<p style=${{height: `${20 + (at * 37) % 60}px`}}>row ${at}</p>`;
             const draw = (target) => render(html`<${Windowed} count=${20000} estimate=${30} row=${row} target=${target} label="Rows" />`, box);
             const rest = () => new Promise((resolve) => setTimeout(resolve, 400));
             draw(null); await rest();
             const elements = box.querySelectorAll("*").length;
             const seen = [];
             for (const target of [15000, 3, 19999]) {
               draw(target); await rest();
               const element = box.querySelector(`[data-index="${target}"]`);
               const place = element?.getBoundingClientRect();
               seen.push(Boolean(place) && place.top >= -1 && place.bottom <= innerHeight + 1);
             }
             box.remove();
             return {elements, seen};
           }"""
    )
    assert found["elements"] < 200
    assert found["seen"] == [True, True, True]


async def test_the_report_opens_without_a_conversation(visit: Visit, told: str) -> None:
    """A link to a report alone, sent to a colleague: the report is there, and a question can be asked."""
    report = await open_report(visit, told)
    page = await visit.another_tab()
    await page.goto(f"{visit.url}/#/runs/{report['run_id']}")
    await expect(page.locator(".report-head")).to_be_visible()
    await ask(page, "What can I ask?")
    await wait_for_answer(page)
    await expect(page.locator(".report-head")).to_be_visible()
