"""The visit that the guide follows from its recording to its report."""

from __future__ import annotations

import pytest

from graph.sources.recording import Recording
from tests.fakes.recorder import Recorder, element


@pytest.fixture
def recording() -> Recording:
    """Somebody applies a voucher, which works, and presses "Pay now" three times in vain."""
    page = Recorder(
        element("h1", "Checkout"),
        element("button", "Apply voucher", id="apply"),
        element("p", "No voucher yet.", id="voucher"),
        element("button", "Pay now", id="pay"),
        href="https://shop.test/checkout",
        session="visit-1",
    )
    page.wait(6_000).click("apply").wait(200).text("voucher", "Voucher applied: 5% off")
    page.wait(4_000).clicks("pay", 3, every=400)
    return page.wait(4_000).move().recording()
