"""Asking, watching, stopping and coming back: what a reader does in the conversation."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.web.cutting import Cutter
from tests.web.visiting import Visit, ask, said, shown, wait_for_answer

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_first_visit_says_what_this_is_and_what_to_ask(visit: Visit) -> None:
    """One line, the demo sessions, three questions to click, and the cursor where one types."""
    page = visit.page
    await page.goto(visit.url)
    await expect(page.get_by_role("heading", name="See where people got stuck")).to_be_visible()
    await expect(page.get_by_role("list", name="Recordings to ask about")).to_contain_text("Demo")
    questions = page.get_by_role("list", name="Questions to begin with").get_by_role("button")
    await expect(questions).to_have_count(3)
    await expect(page.get_by_label("Your question")).to_be_focused()
    await expect(page.get_by_role("button", name="Send")).to_be_disabled()


async def test_the_demo_runs_on_one_click(visit: Visit) -> None:
    """Progress fills, the answer streams in, and the report stands beside it with its patterns."""
    page = visit.page
    await page.goto(visit.url)
    await page.locator(".questions button").first.click()
    await expect(page.locator(".progress .cell").first).to_be_visible(timeout=30_000)
    await wait_for_answer(page)
    await expect(page.locator(".progress")).to_contain_text("Report ready")
    await expect(page.locator(".pattern").first).to_be_visible()
    assert await page.locator(".strip .cell.is-queued").count() == 0
    assert "#/runs/" in page.url
    assert await shown(page) == await said(page)
    await expect(page.locator(".conversation[aria-current]")).to_contain_text(
        "Summarize the demo sessions"
    )


async def test_a_refresh_in_the_middle_of_a_run_changes_nothing(visit: Visit) -> None:
    """Reloaded while sessions are read, the page comes to where a page is that never left."""
    page = visit.page
    await page.goto(visit.url)
    await ask(page, "Summarize the demo sessions")
    await page.locator(".progress .cell").first.wait_for(timeout=30_000)
    watching = await visit.another_tab()
    await watching.goto(page.url)
    await page.reload()
    await wait_for_answer(page)
    await wait_for_answer(watching)
    assert await shown(page) == await shown(watching) == await said(page)
    await expect(page.locator(".progress")).to_have_count(1)
    await expect(page.locator(".bubble")).to_have_count(1)


async def test_a_follow_up_is_answered_from_the_report(visit: Visit, told: str) -> None:
    """The second question needs no second run, and its answer links to a moment that opens."""
    page = visit.page
    await page.goto(f"{visit.url}/#/threads/{told}")
    await wait_for_answer(page)
    before = await page.locator(".from-snags").count()
    await ask(page, "Show me evidence for pattern 1")
    await expect(page.locator(".from-snags")).to_have_count(before + 1)
    await wait_for_answer(page)
    assert await shown(page) == await said(page)
    link = page.locator(".from-snags").last.locator("a[href*='/sessions/']").first
    await link.click()
    await expect(page.locator(".session-header")).to_be_visible()
    await expect(page.locator(".row.here")).to_be_in_viewport()


async def test_a_dropped_connection_loses_no_token_and_repeats_none(
    visit: Visit, cutter: Cutter
) -> None:
    """The stream is cut after every few events; what stands at the end is what the server has."""
    visit.noise.expected = ("net::ERR_",)
    visit.noise.url = cutter.url
    page = visit.page
    await page.goto(cutter.url)
    await ask(page, "Summarize the demo sessions")
    await wait_for_answer(page)
    assert cutter.cuts >= 3
    assert await shown(page) == await said(page)
    assert await activities(page) == await stored_activities(page)


async def activities(page: Page) -> list[dict[str, Any]]:
    """The progress documents on the page."""
    return await page.evaluate(
        """async () => {
             const { conversation } = await import("/assets/app/conversation/thread.js");
             return conversation.value.items.filter((one) => one.kind === "activity").map((one) => one.content);
           }"""
    )


async def stored_activities(page: Page) -> list[dict[str, Any]]:
    """The progress documents as a reader gets them who comes afterwards."""
    fresh = await page.context.new_page()
    await fresh.goto(page.url)
    await wait_for_answer(fresh)
    found = await activities(fresh)
    await fresh.close()
    return found


async def test_stop_ends_the_turn_and_the_next_question_is_answered(visit: Visit) -> None:
    """Escape stops; what was done is kept, nothing spins, and the conversation goes on."""
    page = visit.page
    await page.goto(visit.url)
    await ask(page, "Summarize the demo")
    await page.locator(".progress .cell").first.wait_for(timeout=30_000)
    await page.get_by_label("Your question").press("Escape")
    await expect(page.get_by_role("button", name="Stop")).to_have_count(0, timeout=20_000)
    await expect(page.locator(".messages .spinner")).to_have_count(0)
    await ask(page, "What can I ask?")
    await wait_for_answer(page)


async def test_a_question_is_answered_while_a_run_goes(visit: Visit) -> None:
    """Nobody waits for a run to ask something else; both answers come, each once."""
    page = visit.page
    await page.goto(visit.url)
    await ask(page, "Summarize the demo sessions")
    await page.locator(".progress .cell").first.wait_for(timeout=30_000)
    await ask(page, "How far is the run?")
    await wait_for_answer(page)
    await expect(page.locator(".from-snags")).to_have_count(2)
    await expect(page.locator(".bubble")).to_have_count(2)
    assert await shown(page) == await said(page)


async def test_the_keyboard_is_enough(visit: Visit, told: str) -> None:
    """Shift+Enter is a new line, the arrow brings the last question back, Enter sends."""
    page = visit.page
    await page.goto(f"{visit.url}/#/threads/{told}")
    await wait_for_answer(page)
    field = page.get_by_label("Your question")
    await field.press("ArrowUp")
    assert await field.input_value() != ""
    await field.fill("How many sessions")
    await field.press("Shift+Enter")
    await field.press_sequentially("were there?")
    assert await field.input_value() == "How many sessions\nwere there?"
    answers = await page.locator(".from-snags").count()
    await field.press("Enter")
    await expect(page.locator(".from-snags")).to_have_count(answers + 1)
    await wait_for_answer(page)
    assert await field.input_value() == ""


async def test_an_unknown_conversation_says_so(visit: Visit) -> None:
    """A link to a conversation of another machine: the message says what to do, nothing breaks."""
    visit.noise.expected = ("404",)
    page = visit.page
    await page.goto(f"{visit.url}/#/threads/thread_{'0' * 20}")
    await expect(page.get_by_role("alert")).to_contain_text("thread_")
    await page.get_by_role("link", name="New conversation").click()
    await expect(page.get_by_role("heading", name="See where people got stuck")).to_be_visible()


async def test_a_server_that_is_away_is_said_in_words(visit: Visit) -> None:
    """The question is not lost: it can be sent again when the server is back."""
    visit.noise.expected = ("net::ERR_",)
    page = visit.page
    await page.goto(visit.url)
    await page.route("**/agui", lambda route: route.abort())
    await ask(page, "What can I ask?")
    await expect(page.get_by_role("alert")).to_contain_text("snags serve")
    await page.unroute("**/agui")
    await page.get_by_role("button", name="Try again").click()
    await wait_for_answer(page)
    await expect(page.locator(".bubble")).to_have_count(1)


async def test_hostile_text_in_a_question_stays_text(visit: Visit) -> None:
    """What a reader types, and what an answer repeats of it, is never markup."""
    page = visit.page
    await page.goto(visit.url)
    hostile = (
        '<img src=x onerror="alert(1)"> [x](javascript:alert(1)) ![y](https://elsewhere.example/y)'
    )
    await ask(page, hostile)
    await wait_for_answer(page)
    assert (
        json.loads(
            await page.evaluate("JSON.stringify(document.querySelectorAll('.messages img').length)")
        )
        == 0
    )
    await expect(page.locator(".bubble")).to_have_text(hostile)
    assert await page.locator(".messages a[href^='http']").count() == 0
