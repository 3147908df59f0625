"""A reader's browser, and what a page must never cause in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import BrowserContext, ConsoleMessage, Page, Request

WATCH_CSP = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.violations.push(`${event.violatedDirective} ${event.blockedURI}`);
});
"""


@dataclass
class Noise:
    """What a page must never cause."""

    url: str
    errors: list[str] = field(default_factory=list[str])
    elsewhere: list[str] = field(default_factory=list[str])
    dialogs: list[str] = field(default_factory=list[str])
    expected: tuple[str, ...] = ()
    """Parts of error messages that a test causes on purpose."""

    def listen(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", self._request)
        page.on("dialog", lambda dialog: self.dialogs.append(dialog.message))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not self._is_expected(message.text):
            self.errors.append(message.text)

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.url, "data:", "blob:")):
            self.elsewhere.append(request.url)

    def _is_expected(self, text: str) -> bool:
        return any(part in text for part in self.expected)


@dataclass(slots=True)
class Visit:
    """A reader's browser."""

    url: str
    context: BrowserContext
    page: Page
    noise: Noise

    async def another_tab(self) -> Page:
        page = await self.context.new_page()
        self.noise.listen(page)
        return page


async def in_module(page: Page, module: str, body: str, given: object = None) -> Any:
    """Run a function body in the page, with a module's exports as ``module`` and a value as ``given``."""
    code = f"async ([path, given]) => {{ const module = await import(path); {body} }}"
    return await page.evaluate(code, [f"/assets/app/{module}", given])


async def ask(page: Page, question: str) -> None:
    """Type a question and send it with the keyboard."""
    field = page.get_by_label("Your question")
    await field.fill(question)
    await field.press("Enter")


async def wait_for_answer(page: Page) -> None:
    """Until nothing is running and the last thing said is an answer, whole."""
    await page.wait_for_function(
        """() => {
             const messages = document.querySelector(".messages");
             return messages?.getAttribute("aria-busy") === "false"
               && messages.lastElementChild?.querySelector(".copy");
           }""",
        timeout=50_000,
    )


async def shown(page: Page) -> list[str]:
    """What was asked and answered, as the page has it."""
    return await page.evaluate(
        """async () => {
             const { conversation } = await import("/assets/app/conversation/thread.js");
             return conversation.value.items.filter((one) => one.text).map((one) => `${one.kind}: ${one.text}`);
           }"""
    )


async def said(page: Page) -> list[str]:
    """What was asked and answered, as the server has it."""
    return await page.evaluate(
        """async () => {
             const { conversation } = await import("/assets/app/conversation/thread.js");
             const response = await fetch(`/v1/threads/${conversation.value.thread}`);
             const { messages } = await response.json();
             return messages.filter((one) => ["user", "assistant"].includes(one.role) && one.content)
               .map((one) => `${one.role}: ${one.content}`);
           }"""
    )


async def report_of(page: Page) -> dict[str, Any]:
    """The report that the page shows, as the API has it."""
    return await page.evaluate(
        """async () => {
             const { route } = await import("/assets/app/shared/router.js");
             return (await fetch(`/v1/runs/${route.value.run}/report`)).json();
           }"""
    )
