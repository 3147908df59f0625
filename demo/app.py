"""Harbour Ferries, the demo's app: its server, and everything put together."""

from pathlib import Path

from demo.faults import DECOYS, FAULTS
from demo.users import GOALS, wander
from evals.lab.model import App
from evals.lab.world import Call, Reply, World

PORTS = ("Tiree", "Barra", "Lewis", "Skye", "Islay")
SAILINGS = [
    {"time": "07:40", "ship": "MV Gannet", "lasts": "2 h 15 min", "fare": 31.0},
    {"time": "11:05", "ship": "MV Fulmar", "lasts": "2 h 40 min", "fare": 24.5},
    {"time": "16:20", "ship": "MV Gannet", "lasts": "2 h 15 min", "fare": 28.0},
]
TICKETS = [{"name": "Oban to Tiree, 3 May"}, {"name": "Mallaig to Skye, 19 June"}]


def respond(call: Call, world: World) -> Reply:
    """Answer one request as the ferry company's server would."""
    match call.route:
        case "GET /api/ports":
            typed = call.query.get("q", "").lower()
            found = [port for port in PORTS if typed and port.lower().startswith(typed)]
            return Reply(body={"ports": found}, latency_ms=320)
        case "GET /api/sailings":
            return _sailings(call, world)
        case "POST /api/promotion":
            expired = {"message": "This code has expired. You can go on without one."}
            world.meet("d_bad_request", call.page)
            return Reply(status=400, body=expired)
        case "POST /api/pay":
            return _pay(call, world)
        case "GET /api/tickets":
            return Reply(body={"tickets": TICKETS}, latency_ms=400)
        case "POST /api/refund":
            return Reply(body={}, latency_ms=900, never=world.meet("refund_hangs", call.page))
        case _:
            return Reply(body={}, latency_ms=220)


def _sailings(call: Call, world: World) -> Reply:
    if world.once("d_retry", call.page):
        return Reply(status=500, body={}, latency_ms=90)
    slow = world.on("slow_search")
    return Reply(body={"sailings": SAILINGS}, latency_ms=9000 if slow else 420)


def _pay(call: Call, world: World) -> Reply:
    if world.meet("pay_502", call.page):
        return Reply(status=502, body={"error": "bad gateway"}, latency_ms=1100)
    return Reply(body={"reference": f"HF-{world.random.randrange(1000, 9999)}"}, latency_ms=1300)


APP = App(
    name="harbour",
    sentence="Harbour Ferries: search a sailing, choose a seat, pay; an account with refunds",
    origin="https://harbour-ferries.example",
    site=Path(__file__).parent / "site",
    respond=respond,
    faults=FAULTS,
    decoys=DECOYS,
    goals=GOALS,
    wander=wander,
    traits={"idle_15_minutes": 2, "no_activity": 2},
    network={"recordHeaders": {"request": False, "response": False}},
)
