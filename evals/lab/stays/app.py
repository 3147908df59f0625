"""Lantern Stays, held out from all tuning: semantic HTML, many pages, words within the page."""

from pathlib import Path

from evals.lab.model import App
from evals.lab.stays.faults import DECOYS, FAULTS
from evals.lab.stays.server import respond
from evals.lab.stays.users import GOALS, wander

APP = App(
    name="stays",
    sentence="Lantern Stays: search houses, look at one, book it, write to the host; a journal",
    origin="https://lantern-stays.example",
    site=Path(__file__).parent / "site",
    respond=respond,
    faults=FAULTS,
    decoys=DECOYS,
    goals=GOALS,
    wander=wander,
    traits={
        "hostile_text": 8,
        "iframe_map": 6,
        "masked_inputs": 4,
        "no_full_snapshot": 2,
        "clock_jump_forward": 2,
        "clock_jump_back": 2,
        "idle_15_minutes": 3,
        "no_activity": 1,
    },
    look_alikes=(("calendar_conflict", "one_night_refused"),),
    one_cause_two_pages=("currency_undefined",),
    viewport=(1280, 900),
)
