"""The apps of the lab, and where their corpora are built."""

from collections.abc import Mapping
from pathlib import Path

from demo.app import APP as HARBOUR
from evals.lab.desk.app import APP as DESK
from evals.lab.model import App
from evals.lab.shop.app import APP as SHOP
from evals.lab.stays.app import APP as STAYS

CORPORA = Path(__file__).parent.parent / "corpora"
DEMO_RECORDINGS = Path(__file__).parent.parent.parent / "demo" / "recordings"

LAB: Mapping[str, App] = {app.name: app for app in (DESK, SHOP, STAYS)}
APPS: Mapping[str, App] = {**LAB, HARBOUR.name: HARBOUR}
HELD_OUT = "stays"
"""The app that no rule may be tuned on; it is run for the published table only."""
