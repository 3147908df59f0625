"""``python -m evals.providers --port 8800``: both protocols on this machine, for whoever wants to try a client."""

from __future__ import annotations

import argparse
import sys
import time

from evals.providers.answers.answerer import FirstOf
from evals.providers.faults import INCIDENT, RATES, Faults, Seeded
from evals.providers.profiles import PROFILES
from evals.providers.server import ProviderServer, serving

DAYS = {"none": None, "ordinary": RATES, "incident": INCIDENT}


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8800)
    parser.add_argument("--profile", choices=sorted(PROFILES), default="chat")
    parser.add_argument("--failures", choices=sorted(DAYS), default="none")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    rates = DAYS[chosen.failures]
    server = ProviderServer(
        answerer=FirstOf(()),
        faults=Seeded(rates, chosen.seed) if rates else Faults(),
        profile=PROFILES[chosen.profile],
        seed=chosen.seed,
    )
    with serving(server, port=chosen.port) as running:
        sys.stderr.write(f"OpenAI: {running.openai_url}   Gemini: {running.address}   any key\n")
        try:
            while True:
                time.sleep(3_600)
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
