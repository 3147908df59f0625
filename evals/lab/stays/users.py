"""The people who look for a stay."""

from evals.lab.model import Goal
from evals.lab.user import User


def n(name: str, inside: str = "main") -> str:
    """Return the target for a control with this name."""
    return f"{inside} [name={name}]"


async def _front(user: User) -> None:
    if user.stage.path != "/":
        await user.click("nav a|Stays")
        await user.wait_for(n("place"), 4000)
        await user.read(1200, 2500)


async def _list_stays(user: User) -> bool:
    await _front(user)
    await _type_search(user)
    await user.submit("[role=search] button")
    if await user.wait_for("article h3 a", max(user.habit.patience_ms, 8500)):
        return True
    await user.read()
    if user.habit.tries == 1:
        return False
    await user.fill(n("place"), "Northquay")
    await user.click("[role=search] button")
    await user.wait_for("article h3 a", 7500)
    await user.read(1200, 2500)
    await user.click("summary")
    await user.read(1200, 2500)
    if await user.sees(n("fireplace")):
        await user.click(n("fireplace"))
    return await user.wait_for("article h3 a", 9000)


async def _type_search(user: User) -> None:
    await user.fill(n("place"), user.random.choice(["Weirside", "Highmoor"]))
    day = user.random.randint(10, 20)
    await user.fill(n("arrive"), f"2026-06-{day}")
    await user.fill(n("leave"), f"2026-06-{day + 3}")


async def seek(user: User) -> bool:
    """Find stays for some dates."""
    if not await _list_stays(user):
        return user.give_up()
    await user.read()
    world = user.stage.world
    if world.on("language_clears"):
        await user.choose(n("language", "header"), "Français")
        await user.read()
        if not await _list_stays(user):
            return user.give_up()
        await user.read()
    if world.on("dates_ignored"):
        await user.read(3000, 5000)
        await user.fill(n("arrive"), "2026-06-21")
        await user.fill(n("leave"), "2026-06-24")
        await user.click("[role=search] button")
        await user.wait_for("article h3 a", 8500)
        await user.read()
    if world.on("currency_undefined") or user.chance(0.4):
        await user.click("article h3 a", user.random.randrange(3))
        await user.wait_for(n("reserve"), 4000)
        await user.read()
    return True


async def _open_stay(user: User) -> bool:
    if user.stage.path == "/stay":
        return True
    if not await user.sees("article h3 a") and not await _list_stays(user):
        return False
    await user.read()
    await user.click("article h3 a")
    return await user.wait_for(n("reserve"), 4000)


async def reserve(user: User) -> bool:
    """Book a stay."""
    if not await _open_stay(user):
        return user.give_up()
    await user.read()
    world = user.stage.world
    if world.on("film_over_page"):
        await user.insist(n("reserve"), "[role=status]")
        await user.stage.back()
        await user.read()
        return user.give_up()
    many = world.on("reserve_dead")
    await user.choose("form[aria-label=Booking] select", "4" if many else "2")
    nights = "1" if world.on("one_night_refused") else "3"
    await user.fill(n("nights"), nights)
    await user.read(3000, 6000)
    if await user.insist(n("reserve"), "[role=status]"):
        await user.read()
        return True
    return await _reserve_otherwise(user, many) or user.give_up()


async def _reserve_otherwise(user: User, many: bool) -> bool:
    if user.habit.tries == 1 or user.chance(0.25):
        return False
    await user.read()
    if many:
        await user.choose("form[aria-label=Booking] select", "2")
    else:
        await user.fill(n("nights"), "2")
    return await user.insist(n("reserve"), "[role=status]")


async def study(user: User) -> bool:
    """Look closely at a stay: photographs, reviews; keep it in mind."""
    if not await _open_stay(user):
        return user.give_up()
    await user.read()
    await user.click(n("gallery"))
    await user.wait_for(n("next"), 3000)
    if user.meets("d_paging"):
        await user.burst(n("next"), 4)
    else:
        await user.click(n("next"))
    await user.read()
    if not await user.insist(n("shut"), n("shut"), gone=True):
        await user.press("Escape")
        await user.read(1200, 2500)
    if user.stage.world.on("save_dead") or user.chance(0.3):
        await user.insist(n("save"), f"{n('save')}|Saved")
        await user.read(1200, 2500)
    if user.stage.world.on("reviews_hang") or user.chance(0.4):
        await user.click(n("reviews"))
        await user.wait_for("section[aria-label=Reviews] p|lamps")
        await user.stage.pass_time(6500 if user.stage.world.on("reviews_hang") else 500)
        await user.read()
    return True


async def ask(user: User) -> bool:
    """Write to the host."""
    if not await _open_stay(user):
        return user.give_up()
    await user.read()
    forgets = user.stage.world.on("message_lost") or user.chance(0.3)
    await user.fill(n("message"), "Is the stove easy to light, and is there wood?")
    if not forgets:
        await user.fill(n("email"), "iris@example.com")
    await user.click("form button|Send to host")
    await user.stage.pass_time(700)
    if await user.sees(f"{n('sent')}|give your e-mail"):
        await user.read()
        lost = not await user.value(n("message"))
        if lost and (user.habit.tries == 1 or user.chance(0.5)):
            return user.give_up()
        await user.fill(n("email"), "iris@example.com")
        if lost:
            await user.fill(n("message"), "Is there wood for the stove?")
        await user.click("form button|Send to host")
    done = await user.wait_for(f"{n('sent')}|Sent", 4000)
    await user.read()
    return done or user.give_up()


async def enter(user: User) -> bool:
    """Sign in."""
    await user.click("nav a|Sign in")
    await user.wait_for(n("password"), 4000)
    mistyped = user.stage.world.on("d_bad_request")
    for turn in range(user.habit.tries + mistyped):
        await user.fill(
            n("email"), "iris@exmple.com" if mistyped and not turn else "iris@example.com"
        )
        await user.fill(n("password"), "planted-passphrase-5")
        await user.submit("main form button")
        if await user.wait_for("h2|Welcome back", 3500):
            await user.read()
            return True
        await user.read(1500, 3000)
    return user.give_up()


async def cancel(user: User) -> bool:
    """Cancel a trip."""
    await user.click("nav a|Trips")
    if not await user.wait_for(n("cancel"), 5000):
        return user.give_up()
    await user.read()
    if not await user.insist(n("cancel"), f"{n('trip-note')}|cancelled"):
        await user.stage.leave_to("/trips")
        await user.read()
    await user.read(1500, 3000)
    return True


async def leaf(user: User) -> bool:
    """Read the journal."""
    await user.click("nav a|Journal")
    await user.wait_for(n("larger"), 4000)
    await user.read()
    if user.meets("d_double_click"):
        await user.double_click("article p|standard port")
    if user.meets("d_text_size"):
        await user.burst(n("larger"), 5)
    await user.read(5000, 9000)
    await user.scroll(300)
    await user.read()
    return True


async def wander(user: User) -> None:
    """Look around without a purpose."""
    for link in user.random.sample(["Saved", "Trips", "Journal", "Stays"], 2):
        await user.click(f"nav a|{link}")
        await user.stage.pass_time(900)
        await user.read()


GOALS = (
    Goal(id="seek", text="Find a stay for some dates", run=seek),
    Goal(id="reserve", text="Book a stay", run=reserve),
    Goal(id="study", text="Look closely at a stay", run=study),
    Goal(id="ask", text="Ask the host something", run=ask),
    Goal(id="enter", text="Sign in", run=enter),
    Goal(id="cancel", text="Cancel a trip", run=cancel),
    Goal(id="leaf", text="Read the journal", run=leaf),
)
