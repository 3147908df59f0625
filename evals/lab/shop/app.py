"""Fernwood Outfitters: an outdoor shop with full page loads, custom controls and toasts."""

from pathlib import Path

from evals.lab.model import App
from evals.lab.shop.faults import DECOYS, FAULTS
from evals.lab.shop.server import respond
from evals.lab.shop.users import GOALS, wander

APP = App(
    name="shop",
    sentence="Fernwood Outfitters, an outdoor shop: search, products, bag, checkout, returns",
    origin="https://fernwood.example",
    site=Path(__file__).parent / "site",
    respond=respond,
    faults=FAULTS,
    decoys=DECOYS,
    goals=GOALS,
    wander=wander,
    traits={
        "hostile_text": 5,
        "hostile_url": 3,
        "iframe_payment": 4,
        "masked_inputs": 4,
        "no_full_snapshot": 2,
        "clock_jump_forward": 2,
        "clock_jump_back": 2,
        "idle_15_minutes": 3,
        "no_activity": 1,
    },
    look_alikes=(("pay_fails", "postcode_space"),),
    one_cause_two_pages=("price_nan",),
)
