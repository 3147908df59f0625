"""A scripted user: hands, eyes, patience and habits. Goals are written in these words."""

from random import Random
from typing import Any

from evals.lab.model import Habit
from evals.lab.stage import Stage

POLL_MS = 400
TYPO_KEYS = "asdfghjkl"


class User:
    """Drives one page. Targets are CSS, optionally `css|text the element contains`."""

    def __init__(self, stage: Stage, habit: Habit, random: Random) -> None:
        self.stage = stage
        self.habit = habit
        self.random = random
        self.gave_up: set[str] = set()
        self.goal = ""
        self._x = 400.0 + random.randrange(300)
        self._y = 300.0 + random.randrange(100)

    # ---- eyes -----------------------------------------------------------------------------------

    async def sees(self, target: str) -> bool:
        """Say whether something matching the target is visible now."""
        return int(await self.stage.call("count", target)) > 0

    async def count(self, target: str) -> int:
        """Count what is visible and matches the target."""
        return int(await self.stage.call("count", target))

    async def text(self, target: str) -> str:
        """Read the first visible match."""
        return str(await self.stage.call("text", target))

    async def value(self, target: str) -> str:
        """Read a field's content."""
        return str(await self.stage.call("value", target))

    async def wait_for(self, target: str, patience_ms: float | None = None) -> bool:
        """Watch for the target as long as patience lasts."""
        left = self.habit.patience_ms if patience_ms is None else patience_ms
        while not await self.sees(target):
            if left <= 0:
                return False
            await self.stage.pass_time(POLL_MS)
            left -= POLL_MS
        return True

    async def wait_gone(self, target: str, patience_ms: float | None = None) -> bool:
        """Watch until the target has gone, as long as patience lasts."""
        left = self.habit.patience_ms if patience_ms is None else patience_ms
        while await self.sees(target):
            if left <= 0:
                return False
            await self.stage.pass_time(POLL_MS)
            left -= POLL_MS
        return True

    # ---- time -----------------------------------------------------------------------------------

    async def think(self, low_ms: int = 900, high_ms: int = 2600) -> None:
        """Pause for thought, as the habit has it."""
        await self.stage.pass_time(self.random.uniform(low_ms, high_ms) * self.habit.tempo)

    async def read(self, low_ms: int = 2500, high_ms: int = 6000) -> None:
        """Read what is on the page, with a little movement of the mouse."""
        await self.think(low_ms, high_ms)
        await self._move(
            self._x + self.random.uniform(-140, 140), self._y + self.random.uniform(-70, 90)
        )
        await self.think(low_ms // 2, high_ms)

    # ---- hands ----------------------------------------------------------------------------------

    async def point(self, target: str, index: int = 0) -> bool:
        """Move the mouse over the target; say whether there is one."""
        for _ in range(3):
            box: dict[str, Any] | None = await self.stage.call("aim", target, index)
            if box is None:
                return False
            if _inside(box, self._x, self._y):
                return True
            spot_x = box["x"] + box["width"] * self.random.uniform(0.35, 0.65)
            spot_y = box["y"] + box["height"] * self.random.uniform(0.35, 0.65)
            await self._move(spot_x, spot_y)
        return True

    async def click(self, target: str, index: int = 0) -> bool:
        """Think, aim and click; say whether there was something to click."""
        await self.think(350, 1100)
        if not await self.point(target, index):
            return False
        await self.tap()
        return True

    async def tap(self) -> None:
        """Click where the mouse is."""
        await self.stage.page.mouse.down()
        await self.stage.pass_time(self.random.uniform(55, 110))
        await self.stage.page.mouse.up()
        await self.stage.pass_time(self.random.uniform(90, 160))

    async def double_click(self, target: str) -> bool:
        """Double-click the target, as to mark a word."""
        if not await self.point(target):
            return False
        mouse = self.stage.page.mouse
        for count in (1, 2):
            await mouse.down(click_count=count)
            await self.stage.pass_time(60)
            await mouse.up(click_count=count)
            await self.stage.pass_time(90)
        await self.think()
        return True

    async def burst(self, target: str, times: int) -> None:
        """Click the target several times in quick succession."""
        if not await self.point(target):
            return
        for _ in range(times):
            await self.tap()
            await self.stage.pass_time(self.random.uniform(60, 220))

    async def scroll(self, pixels: int) -> None:
        """Scroll with the wheel."""
        for _ in range(max(1, abs(pixels) // 240)):
            await self.stage.page.mouse.wheel(0, 240 if pixels > 0 else -240)
            await self.stage.pass_time(140)

    async def press(self, key: str) -> None:
        """Press one key."""
        await self.stage.page.keyboard.press(key)
        await self.stage.pass_time(self.random.uniform(110, 210))

    async def write(self, text: str) -> None:
        """Type into the focused field."""
        step = 2 if len(text) > 8 else 1
        for start in range(0, len(text), step):
            for character in text[start : start + step]:
                await self.stage.page.keyboard.type(character)
            await self.stage.pass_time(self.random.uniform(90, 190) * step * self.habit.tempo)

    async def fill(self, target: str, text: str) -> bool:
        """Click a field, empty it where it holds something, and type."""
        if not await self.click(target):
            return False
        if await self.value(target):
            await self.stage.page.keyboard.press("Control+a")
            await self.stage.pass_time(180)
        await self.write(text)
        return True

    async def choose(self, target: str, option: str) -> bool:
        """Pick an option of a native select."""
        if not await self.point(target):
            return False
        css = target.split("|", maxsplit=1)[0]
        await self.think(500, 1200)
        await self.stage.page.locator(css).first.select_option(label=option)
        await self.stage.pass_time(300)
        return True

    async def submit(self, button: str) -> None:
        """Send the form in hand: Enter for keyboard users, else the button."""
        if self.habit.keyboard:
            await self.think(200, 600)
            await self.press("Enter")
        else:
            await self.click(button)

    # ---- reactions ------------------------------------------------------------------------------

    async def insist(self, target: str, worked: str, gone: bool = False) -> bool:
        """Click until it works or patience ends: wait, click again, or burst, as the habit has it.

        `worked` is what the user expects to see (or, with `gone`, to see no more).
        """
        expects = self.wait_gone if gone else self.wait_for
        for attempt in range(self.habit.tries):
            if not await self.click(target):
                return await expects(worked, 0)
            if await expects(worked):
                return True
            if self.habit.bursts and attempt == 0:
                await self.burst(target, self.random.randint(3, 5))
                if await expects(worked, 1500):
                    return True
            await self.read(1200, 2600)
        return False

    def give_up(self) -> bool:
        """Leave the goal in hand undone; return False, for `return user.give_up()`."""
        self.gave_up.add(self.goal)
        return False

    def meets(self, switch: str) -> bool:
        """Log that the user now does what the switch stands for, if it is on; say whether."""
        return self.stage.world.meet(switch, self.stage.path)

    def chance(self, share: float) -> bool:
        """Say yes with this probability."""
        return self.random.random() < share

    async def _move(self, x: float, y: float) -> None:
        x, y = max(4.0, x), max(4.0, y)
        steps = 3
        for step in range(1, steps + 1):
            part = step / steps
            await self.stage.page.mouse.move(
                self._x + (x - self._x) * part, self._y + (y - self._y) * part
            )
            await self.stage.pass_time(60)
        self._x, self._y = x, y


def _inside(box: dict[str, Any], x: float, y: float) -> bool:
    across = box["x"] + 2 <= x <= box["x"] + box["width"] - 2
    return across and box["y"] + 2 <= y <= box["y"] + box["height"] - 2
