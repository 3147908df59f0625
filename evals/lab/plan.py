"""Plans sessions: who comes, what for, and which switches are on. A seed fixes everything."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random

from evals.lab.model import HABITS, App, Fault, Habit, Kind, Plan

FIRST_START_MS = 1_772_438_400_000
"""2 March 2026, 08:00 UTC: the first working day of every corpus."""
DAY_MS = 86_400_000
WORKING_DAY_MS = 36_000_000
RARE_SHARE = 4
MOST_FAULTS = 3
MOST_FAULTS_OF_A_GOAL = 2
ENDING = (Kind.BLOCKING, Kind.ABANDONMENT)
"""Kinds that may end the way to a goal: two of them on one way would hide each other."""


@dataclass(slots=True)
class Draft:
    """A session while it is being planned."""

    number: int
    batch: str
    habit: Habit
    faults: list[Fault] = field(default_factory=list[Fault])
    decoys: set[str] = field(default_factory=set[str])
    goals: list[str] = field(default_factory=list[str])
    traits: list[str] = field(default_factory=list[str])
    reserved: set[str] = field(default_factory=set[str])
    """Goals on whose way lies a rare fault; nothing else may come between."""

    def takes(self, fault: Fault) -> bool:
        """Say whether this session can still meet this fault."""
        of_goal = [other for other in self.faults if other.goal == fault.goal]
        if fault.kind in ENDING and any(other.kind in ENDING for other in of_goal):
            return False
        return (
            fault.goal not in self.reserved
            and len(self.faults) < MOST_FAULTS
            and len(of_goal) < MOST_FAULTS_OF_A_GOAL
        )


def plan_sessions(app: App, main: int, clean: int, seed: int) -> list[Plan]:
    """Return the plans of a corpus: a main batch with faults and a clean one with decoys only."""
    random = Random(f"{app.name}:{seed}")  # noqa: S311
    habits = list(HABITS.values()) * (1 + (main + clean) // len(HABITS))
    random.shuffle(habits)
    drafts = [
        Draft(number + 1, "main" if number < main else "clean", habits[number])
        for number in range(main + clean)
    ]
    _assign_faults(app, drafts[:main], random)
    _assign_traits(app, drafts, random)
    _assign_decoys(app, drafts, random)
    for draft in drafts:
        _choose_goals(app, draft, random)
    return [_finish(draft, seed, random) for draft in drafts]


def _count(share: int, sessions: int) -> int:
    return max(1, round(share * sessions / 100))


def _assign_faults(app: App, drafts: list[Draft], random: Random) -> None:
    for fault in sorted(app.faults, key=lambda fault: fault.share):
        wanted = _count(fault.share, len(drafts))
        rare = fault.share <= RARE_SHARE
        able = [draft for draft in drafts if draft.takes(fault)]
        if rare:
            able = [d for d in able if d.habit.tries > 1 and not _has_goal(d, fault.goal)]
        random.shuffle(able)
        able.sort(key=lambda draft: len(draft.faults))
        chosen = able[:wanted] if rare else random.sample(able, min(wanted, len(able)))
        for draft in chosen:
            draft.faults.append(fault)
            if rare:
                draft.reserved.add(fault.goal)


def _has_goal(draft: Draft, goal: str) -> bool:
    return any(fault.goal == goal for fault in draft.faults)


def _assign_traits(app: App, drafts: list[Draft], random: Random) -> None:
    for trait, share in sorted(app.traits.items()):
        quiet = trait == "no_activity"
        able = [
            draft
            for draft in drafts
            if not draft.traits and not draft.reserved and (draft.batch == "clean" or not quiet)
        ]
        for draft in random.sample(able, min(len(able), _count(share, len(drafts)))):
            draft.traits.append(trait)


def _assign_decoys(app: App, drafts: list[Draft], random: Random) -> None:
    for decoy in app.decoys:
        able = [draft for draft in drafts if "no_activity" not in draft.traits]
        for draft in random.sample(able, _count(decoy.share, len(able))):
            draft.decoys.add(decoy.id)


def _choose_goals(app: App, draft: Draft, random: Random) -> None:
    on_the_way = [decoy.goal for decoy in app.decoys if decoy.id in draft.decoys and decoy.goal]
    needed = list(dict.fromkeys(fault.goal for fault in draft.faults))
    others = [goal.id for goal in app.goals if goal.id not in needed]
    wanted = [goal for goal in dict.fromkeys(on_the_way) if goal not in needed]
    random.shuffle(others)
    random.shuffle(needed)
    fill = _unique([*wanted[:2], *others])
    room = max(0, random.choice((1, 2, 2, 3)) - len(needed))
    goals = _unique([*needed, *fill[: max(room, min(1, len(wanted)))]])
    random.shuffle(goals)
    draft.goals = goals


def _unique(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _finish(draft: Draft, seed: int, random: Random) -> Plan:
    start = FIRST_START_MS + random.randrange(5) * DAY_MS + random.randrange(WORKING_DAY_MS)
    return Plan(
        session=f"{draft.number:03d}",
        batch=draft.batch,
        seed=seed * 10_007 + draft.number,
        start_ms=start,
        habit=draft.habit,
        goals=tuple(draft.goals),
        switches=frozenset({fault.id for fault in draft.faults} | draft.decoys),
        traits=tuple(draft.traits),
    )
