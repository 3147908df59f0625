"""The people who work with Tallyboard."""

from evals.lab.model import Goal
from evals.lab.user import User


def t(name: str) -> str:
    """Return the target for a test id."""
    return f"[data-testid={name}]"


async def _visit(user: User, name: str, expect: str) -> bool:
    await user.click(t(f"nav-{name}"))
    return await user.wait_for(expect, 8000)


async def set_up(user: User) -> bool:
    """Create a workspace and invite the team."""
    if user.stage.path != "/welcome":
        await user.stage.leave_to("/welcome")
        await user.wait_for(t("ws-name"), 4000)
    if not await _create(user):
        return user.give_up()
    await user.read()
    if user.stage.world.on("wizard_back_lost") or user.chance(0.15):
        await user.click(t("invite-back"))
        await user.wait_for(t("ws-name"), 3000)
        await user.read()
        if not await user.value(t("ws-name")):
            if user.habit.tries == 1 or user.chance(0.4):
                return user.give_up()
            await user.fill(t("ws-name"), "Harbour Fair")
        if not await user.insist(t("ws-next"), t("invite-emails")):
            return user.give_up()
    return await _invite(user) or user.give_up()


async def _create(user: User) -> bool:
    world = user.stage.world
    name = "Lind & Osei" if world.on("create_swallowed") else "Harbour Fair"
    await user.fill(t("ws-name"), name)
    await user.fill(t("ws-purpose"), "Spring events")
    await user.choose(t("ws-size"), "6 to 20")
    if user.habit.keyboard:
        await user.click(t("ws-purpose"))
        await user.press("Enter")
        if await user.wait_for(t("invite-emails")):
            return True
    create = _create_once if world.on("d_name_taken") else _create_insisting
    if await create(user):
        return True
    if user.habit.tries == 1 and not world.on("d_name_taken"):
        return False
    await user.read()
    await user.fill(t("ws-name"), "Lind and Osei 2026")
    return await user.insist(t("ws-next"), t("invite-emails"))


async def _create_insisting(user: User) -> bool:
    return await user.insist(t("ws-next"), t("invite-emails"))


async def _create_once(user: User) -> bool:
    await user.click(t("ws-next"))
    return await user.wait_for(t("invite-emails"), 1600)


async def _invite(user: User) -> bool:
    capital = user.stage.world.on("invite_dead")
    emails = "Ada.Lind@example.com" if capital else "ada.lind@example.com"
    await user.fill(t("invite-emails"), emails)
    await user.think()
    done = f"{t('banner')}|Invitations"
    if await user.insist(t("invite-send"), done):
        return True
    if user.habit.tries == 1 or user.chance(0.3):
        return False
    await user.read()
    await user.fill(t("invite-emails"), "ada.lind@example.com")
    return await user.insist(t("invite-send"), done)


async def task(user: User) -> bool:
    """Look at the board and add a task."""
    await _visit(user, "board", t("task-name"))
    await user.read()
    for star in range(user.random.randrange(3)):
        await user.click(t("task-star"), star)
    if user.stage.world.on("slash_steals"):
        await user.fill(t("task-name"), "Check lights/sound")
        await user.read()
        if not await user.sees(t("task-name")):
            await _visit(user, "board", t("task-name"))
            await user.read()
    await user.fill(t("task-name"), user.random.choice(["Print badges", "Call the caterer"]))
    before = await user.count(t("task"))
    await user.submit(t("task-add"))
    await user.stage.pass_time(1200)
    await user.read()
    return await user.count(t("task")) > before or user.give_up()


async def look_up(user: User) -> bool:
    """Find something old."""
    await _visit(user, "search", t("query"))
    await user.fill(t("query"), "catering")
    await user.stage.pass_time(900)
    if await user.sees(t("hit")):
        await user.read()
        return True
    await user.read()
    if user.habit.tries == 1 and user.chance(0.6):
        return user.give_up()
    await user.fill(t("query"), "invoice")
    await user.stage.pass_time(900)
    await user.read()
    if not await user.sees(t("hit")):
        await user.click(t("tab-archive"))
    return await user.wait_for(t("hit")) or user.give_up()


async def report(user: User) -> bool:
    """See the figures and take them along."""
    world = user.stage.world
    if not await _visit(user, "reports", t("report-run")):
        await user.read()
        await _visit(user, "reports", t("report-run"))
        return user.give_up()
    await user.read()
    if not world.on("report_empty_month"):
        await user.choose(t("period"), "Last month")
    if not await user.insist(t("report-run"), "table"):
        if user.habit.tries == 1:
            return user.give_up()
        await user.choose(t("period"), "Last year")
        if not await user.insist(t("report-run"), "table"):
            return user.give_up()
    await user.read()
    if world.on("export_hangs") or user.chance(0.4):
        await user.click(t("export"))
        if not await user.wait_for(f"{t('export-state')}|ready"):
            await user.insist(t("export"), f"{t('export-state')}|ready")
            return user.give_up()
        await user.read()
    return True


async def upgrade(user: User) -> bool:
    """Move to a bigger plan."""
    world = user.stage.world
    await _visit(user, "billing", t("upgrade"))
    await user.read()
    await user.fill(t("seats"), str(user.random.randint(4, 9)))
    await user.choose(t("cycle"), "Yearly" if world.on("yearly_price") else "Monthly")
    await user.read(3000, 6000)
    if world.on("d_bad_request"):
        await user.fill(t("vat-number"), "GB12")
        await user.click(t("upgrade"))
        await user.read(3000, 5000)
        await user.click(t("vat-number"))
        await user.press("Control+a")
        await user.press("Delete")
    done = f"{t('banner')}|upgraded"
    if await user.insist(t("upgrade"), done):
        await user.read()
        return True
    if await user.sees(t("consent")) and user.habit.tries > 1:
        await user.press("Tab")
        await user.press("Enter")
        if await user.wait_for(done, 2500):
            return True
    if world.on("role_forgotten"):
        await _remove_somebody(user)
    return user.give_up()


async def team(user: User) -> bool:
    """Tidy up the list of people."""
    await _visit(user, "team", t("remove"))
    await user.read()
    if user.meets("d_double_click"):
        await user.double_click(t("bio"))
    await _remove_somebody(user)
    return await user.sees(f"{t('banner')}|removed") or user.give_up()


async def _remove_somebody(user: User) -> None:
    if not await user.sees(t("remove")):
        await _visit(user, "team", t("remove"))
    await user.click(t("remove"), 1)
    await user.wait_for(t("confirm-yes"), 3000)
    await user.read(1500, 3000)
    await user.click(t("confirm-yes"))
    await user.wait_for(f"{t('banner')}|remove", 3000)
    await user.read(1500, 3000)


async def settings(user: User) -> bool:
    """Switch the weekly digest on."""
    await _visit(user, "settings", t("digest"))
    await user.read()
    if user.meets("d_switching"):
        await user.burst(t("sound"), 4)
        await user.think()
    await user.click(t("digest"))
    await user.read()
    if user.stage.world.on("switch_forgets") or user.chance(0.2):
        await _visit(user, "team", t("remove"))
        await user.read(1500, 3000)
        await _visit(user, "settings", t("digest"))
        await user.read()
        if not await user.sees(f"{t('digest')}[aria-checked=true]"):
            await user.click(t("digest"))
            await user.read()
    return True


async def password(user: User) -> bool:
    """Change the password."""
    await _visit(user, "settings", t("password"))
    await user.read(1500, 3000)
    await user.fill(t("password"), "plantedsecret99")
    await user.submit(t("password-save"))
    if await user.wait_for(f"{t('banner')}|changed", 3500):
        await user.read()
        return True
    await user.insist(t("password-save"), f"{t('banner')}|changed")
    await user.read()
    return True


async def wander(user: User) -> None:
    """Look around without a purpose."""
    for name in user.random.sample(["search", "team", "billing", "settings"], 2):
        if name == "billing" and user.stage.world.on("consent_covers"):
            continue
        await user.click(t(f"nav-{name}"))
        await user.stage.pass_time(900)
        await user.read()


GOALS = (
    Goal(id="set_up", text="Create a workspace and invite the team", run=set_up),
    Goal(id="task", text="Look at the board and add a task", run=task),
    Goal(id="look_up", text="Find something old", run=look_up),
    Goal(id="report", text="See the figures and export them", run=report),
    Goal(id="upgrade", text="Move to a bigger plan", run=upgrade),
    Goal(id="team", text="Remove somebody from the team", run=team),
    Goal(id="settings", text="Switch the weekly digest on", run=settings),
    Goal(id="password", text="Change the password", run=password),
)
