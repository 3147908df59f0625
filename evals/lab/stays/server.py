"""The server of Lantern Stays."""

from evals.lab.world import Call, Reply, World


def respond(call: Call, world: World) -> Reply:
    """Answer one request as the booking site's server would."""
    match call.route:
        case "GET /api/stays":
            if world.once("d_retry", call.page):
                return Reply(status=504, body={}, latency_ms=90)
            return Reply(body={}, latency_ms=6000 if world.on("slow_results") else 450)
        case "POST /api/reserve":
            taken = world.meet("calendar_conflict", call.page)
            return Reply(status=409 if taken else 200, body={}, latency_ms=900)
        case "GET /api/reviews":
            return Reply(body={}, latency_ms=500, never=world.meet("reviews_hang", call.page))
        case "GET /api/trips":
            if world.once("d_401_refresh", call.page):
                return Reply(status=401, body={}, latency_ms=80)
            trips = ["Salt House, two nights in May", "Signal Cabin, one night in July"]
            return Reply(body={"trips": trips}, latency_ms=400)
        case "POST /api/sign-in":
            return _sign_in(call, world)
        case _:
            return Reply(body={}, latency_ms=230)


def _sign_in(call: Call, world: World) -> Reply:
    if world.once("d_bad_request", call.page):
        message = "We know no such e-mail. Please look for a typing mistake."
        return Reply(status=400, body={"message": message}, latency_ms=260)
    return Reply(body={}, latency_ms=600)
