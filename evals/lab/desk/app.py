"""Tallyboard: a workspace with client-side routing, native validation, dialogs and banners."""

from pathlib import Path

from evals.lab.desk.faults import DECOYS, FAULTS
from evals.lab.desk.server import respond
from evals.lab.desk.users import GOALS, wander
from evals.lab.model import App

APP = App(
    name="desk",
    sentence="Tallyboard, a workspace: onboarding, board, search, reports, team, billing",
    origin="https://app.tallyboard.example",
    site=Path(__file__).parent / "site",
    respond=respond,
    faults=FAULTS,
    decoys=DECOYS,
    goals=GOALS,
    wander=wander,
    traits={
        "hostile_text": 6,
        "masked_inputs": 8,
        "no_full_snapshot": 2,
        "clock_jump_forward": 2,
        "clock_jump_back": 2,
        "idle_15_minutes": 3,
        "no_activity": 1,
    },
    look_alikes=(("report_503", "report_empty_month"),),
    one_cause_two_pages=("role_forgotten",),
    single_page=True,
    network={"recordHeaders": {"request": False, "response": False}},
    viewport=(1360, 760),
    posthog=True,
)
