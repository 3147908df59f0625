"""The people who use Harbour Ferries: what they want, and what they do when it does not work."""

from evals.lab.model import Goal
from evals.lab.user import User

PEOPLE = (("Jo Marlow", "jo.marlow@example.com"), ("Sam Reid", "sam.reid@example.com"))
PORTS = ("Tiree", "Barra", "Lewis", "Skye")


async def book(user: User) -> bool:
    """Search, choose a seat, look at the basket, pay."""
    if await user.sees("a|Sailings") and user.stage.path != "/":
        await user.click("a|Sailings")
        await user.wait_for("#find", 3000)
    if not await _search(user):
        return user.give_up()
    await user.read()
    await user.click(".sailing button", user.random.randrange(3))
    if not await user.wait_for("#seats button", 4000):
        return user.give_up()
    if not await _choose_seat(user):
        return user.give_up()
    await _look_at_basket(user)
    await user.click("#checkout")
    await user.wait_for("#pay", 4000)
    if not await _pay(user):
        return user.give_up()
    await _show_ticket(user)
    return True


async def _search(user: User) -> bool:
    if user.chance(0.5):
        await user.choose("#from", user.random.choice(["Oban", "Mallaig", "Ullapool"]))
    await user.fill("#to", user.random.choice(PORTS))
    if user.meets("d_stepper"):
        await user.burst("#more", 5)
        await user.think()
    elif user.chance(0.4):
        await user.click("#more")
    day = user.random.randint(10, 28)
    for form in (f"{day}/12/2026", f"{day}.12.2026", f"2026-12-{day}"):
        await user.fill("#date", form)
        await user.submit("#find")
        await user.stage.pass_time(500)
        if not await user.sees("#date-error|valid"):
            break
        await user.read(2200, 4200)
        if user.habit.tries == 1 and user.chance(0.5):
            return False
    if await user.wait_for(".sailing button"):
        return True
    await user.click("#find")
    return await user.wait_for(".sailing button", 12_000)


async def _choose_seat(user: User) -> bool:
    await user.read(2500, 5000)
    aft = user.stage.world.on("seat_aft_dead") or user.chance(0.3)
    seats = ["4B", "5C", "4E", "5F", "4D"] if aft else ["1A", "2C", "3E", "1F", "2D"]
    user.random.shuffle(seats)
    await _press_free_seat(user, seats)
    if await user.insist("#continue", "#lines"):
        return True
    if user.habit.tries == 1 or user.chance(0.35):
        return False
    await user.read()
    await _press_free_seat(user, ["2B", "1C", "3D", "2E", "1D"])
    return await user.insist("#continue", "#lines")


async def _press_free_seat(user: User, seats: list[str]) -> None:
    for seat in seats:
        if await user.sees(f".seats button:enabled|{seat}"):
            await user.click(f".seats button:enabled|{seat}")
            return


async def _look_at_basket(user: User) -> None:
    await user.read()
    world = user.stage.world
    if world.on("basket_total") or user.chance(0.2):
        await user.click("#bike")
        await user.read(3000, 6500)
        if world.on("basket_total"):
            await user.click("#bike")
            await user.read(1500, 3000)
            await user.click("#bike")
            await user.read()
            await user.click("#bike")
    if world.on("d_bad_request"):
        await user.fill("#promo", "SUMMER24")
        await user.click("#apply")
        await user.read()


async def _pay(user: User) -> bool:
    name, email = user.random.choice(PEOPLE)
    await _fill_checkout(user, (("#name", name), ("#email", email)))
    if user.stage.world.on("form_lost") or user.chance(0.15):
        await user.click("#terms")
        await user.wait_for("#back", 3000)
        await user.read()
        await user.click("#back")
        await user.wait_for("#pay", 3000)
        await user.read(1500, 3000)
        if not await user.value("#name"):
            if user.habit.tries == 1 or user.chance(0.5):
                return False
            await _fill_checkout(user, (("#name", name), ("#email", email)))
    await _fill_checkout(user, (("#phone", "07700 900123"), ("#card", "4000 0000 0000 0002")))
    if user.habit.keyboard:
        await user.press("Enter")
        if await user.wait_for("#reference"):
            return True
    return await user.insist("#pay-now", "#reference")


async def _fill_checkout(user: User, rows: tuple[tuple[str, str], ...]) -> None:
    for target, text in rows:
        await user.fill(target, text)
        await user.think(300, 900)


async def _show_ticket(user: User) -> None:
    await user.read()
    if user.stage.world.on("ticket_under_overlay") or user.chance(0.4):
        await user.click("#download")
        await user.read()
        if not await user.insist("#close", "#close", gone=True):
            await user.stage.leave_to("/")
            await user.read()


async def update_profile(user: User) -> bool:
    """Change the home port or the display name, and see that it is saved."""
    await user.click("a|Account")
    await user.wait_for("#save", 4000)
    await user.read(1500, 3500)
    await user.fill("#display", user.random.choice(["Jo M.", "J. Marlow", "Jo Marlow-Reid"]))
    if user.chance(0.5):
        await user.choose("#port", "Mallaig")
    await user.submit("#save")
    if await user.wait_for("#saved|saved"):
        await user.read(1200, 2500)
        return True
    await user.insist("#save", "#saved|saved")
    await user.stage.leave_to("/account")
    await user.read()
    return True


async def refund(user: User) -> bool:
    """Ask for a refund of a past booking."""
    await user.click("a|Account")
    await user.wait_for("#tab-tickets", 4000)
    await user.read(1500, 3000)
    await user.click("#tab-tickets")
    if not await user.wait_for("#tickets button", 5000):
        return user.give_up()
    await user.read()
    if await user.insist("#tickets button", "#refund-state|on its way"):
        await user.read()
        return True
    await user.wait_for("#refund-state|on its way", user.habit.patience_ms)
    return user.give_up()


async def find_help(user: User) -> bool:
    """Read about luggage."""
    await user.click("a|Help")
    await user.wait_for("#query", 4000)
    await user.read()
    if user.meets("d_double_click"):
        await user.double_click("section p|Two pieces")
    await user.fill("#query", user.random.choice(["bicycle", "dogs", "winter"]))
    await user.read()
    await user.scroll(300)
    await user.read()
    return await user.sees("#query")


async def wander(user: User) -> None:
    """Look around without a purpose."""
    for link in user.random.sample(["Help", "Basket", "Account", "Sailings"], 2):
        await user.click(f"header a|{link}")
        await user.stage.pass_time(800)
        await user.read()


GOALS = (
    Goal(id="book", text="Book a sailing and pay for it", run=book),
    Goal(id="update_profile", text="Change profile details", run=update_profile),
    Goal(id="refund", text="Get a refund for a past booking", run=refund),
    Goal(id="find_help", text="Read up on luggage and bicycles", run=find_help),
)
