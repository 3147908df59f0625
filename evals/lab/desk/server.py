"""The server of Tallyboard."""

from evals.lab.world import Call, Reply, World


def respond(call: Call, world: World) -> Reply:
    """Answer one request as the workspace's server would."""
    match call.route:
        case "POST /v1/workspaces":
            return _workspace(call, world)
        case "GET /v1/board":
            return Reply(body={}, latency_ms=5500 if world.on("slow_board") else 340)
        case "GET /v1/report":
            broken = world.meet("report_503", call.page)
            return Reply(status=503 if broken else 200, body={}, latency_ms=800)
        case "POST /v1/export":
            return Reply(body={}, latency_ms=1500, never=world.meet("export_hangs", call.page))
        case "POST /v1/team/remove" | "POST /v1/upgrade":
            return _administration(call, world)
        case "GET /v1/team":
            return _team(call, world)
        case "POST /v1/tasks":
            busy = world.once("d_retry", call.page)
            return Reply(status=429 if busy else 200, body={}, latency_ms=60 if busy else 230)
        case "GET /v1/poll":
            return Reply(status=502, body={}, latency_ms=200)
        case _:
            return Reply(body={}, latency_ms=260)


def _workspace(call: Call, world: World) -> Reply:
    name = str(call.body.get("name", ""))
    if "&" in name and world.meet("create_swallowed", call.page):
        return Reply(status=400, body={"error": "invalid name"}, latency_ms=300)
    if world.once("d_name_taken", call.page):
        message = "This name is taken. Choose another one, for example with a number."
        return Reply(status=409, body={"message": message}, latency_ms=320)
    return Reply(body={}, latency_ms=620)


def _administration(call: Call, world: World) -> Reply:
    if world.meet("role_forgotten", call.page):
        return Reply(status=403, body={}, latency_ms=280)
    vat = str(call.body.get("vat", ""))
    if vat and world.once("d_bad_request", call.page):
        message = "This VAT number is not valid. You can leave the field empty."
        return Reply(status=400, body={"message": message}, latency_ms=300)
    return Reply(body={}, latency_ms=700)


def _team(call: Call, world: World) -> Reply:
    if world.once("d_401_refresh", call.page):
        return Reply(status=401, body={}, latency_ms=70)
    return Reply(body={}, latency_ms=360)
