"""How long a model takes, drawn by seed: the same call waits the same time, in whatever order calls come.

Medians and sigmas are fitted to published latencies of API models; sources: docs/evaluation.md.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Log-normal times to the first token, with a tail; then tokens at a log-normal rate."""

    name: str
    first: float = 0.0
    """Median seconds to the first token."""
    first_sigma: float = 0.0
    tail: float = 0.0
    tail_sigma: float = 0.0
    tail_share: float = 0.0
    prefill_us: float = 0.0
    """Per input token."""
    rate: float = math.inf
    """Median tokens a second."""
    rate_sigma: float = 0.0
    rate_least: float = 0.0
    rate_most: float = math.inf
    pause_share: float = 0.0
    """Streams that fall silent once, for one to three seconds."""


INSTANT = Profile(name="instant")
PROFILES = {
    "instant": INSTANT,
    "chat": Profile(
        name="chat", first=0.73, first_sigma=0.27, tail=2.2, tail_sigma=0.55, tail_share=0.03,
        prefill_us=25, rate=75, rate_sigma=0.20, rate_least=25, rate_most=140, pause_share=0.01,
    ),
    "mini": Profile(
        name="mini", first=0.66, first_sigma=0.26, tail=2.2, tail_sigma=0.55, tail_share=0.03,
        prefill_us=15, rate=77, rate_sigma=0.22, rate_least=25, rate_most=160, pause_share=0.01,
    ),
    "reason": Profile(
        name="reason", first=18, first_sigma=0.40, tail=55, tail_sigma=0.40, tail_share=0.04,
        prefill_us=25, rate=110, rate_sigma=0.20, rate_least=30, rate_most=180, pause_share=0.01,
    ),
    "video": Profile(
        name="video", first=1.6, first_sigma=0.30, tail=4, tail_sigma=0.50, tail_share=0.03,
        prefill_us=20, rate=190, rate_sigma=0.25, rate_least=40, rate_most=320, pause_share=0.01,
    ),
    "embed": Profile(
        name="embed", first=0.25, first_sigma=0.35, tail=1.0, tail_sigma=0.5, tail_share=0.02
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pace:
    """One answer's times, in seconds."""

    first: float
    per_token: float
    pause: float
    """A silence in the middle; 0 for none."""


def draw_pace(profile: Profile, seed: int, digest: str, attempt: int, input_tokens: int) -> Pace:
    """The times of one attempt at a call."""
    luck = random.Random(f"{seed} {profile.name} {digest} {attempt}")  # noqa: S311 (no secret)
    in_tail = luck.random() < profile.tail_share
    median, sigma = (
        (profile.tail, profile.tail_sigma) if in_tail else (profile.first, profile.first_sigma)
    )
    first = median * math.exp(luck.gauss(0.0, sigma)) if median else 0.0
    rate = profile.rate
    if math.isfinite(rate):
        rate *= math.exp(luck.gauss(0.0, profile.rate_sigma))
        rate = min(max(rate, profile.rate_least), profile.rate_most)
    pause = luck.uniform(1.0, 3.0) if luck.random() < profile.pause_share else 0.0
    return Pace(first + profile.prefill_us * input_tokens / 1e6, 1.0 / rate, pause)
