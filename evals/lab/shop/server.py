"""The server of Fernwood Outfitters."""

from evals.lab.world import Call, Reply, World

FOUND = {
    "jacket": ["tarn"],
    "fleece": ["brook"],
    "boots": ["fell"],
    "cap": ["moss"],
    "daypack": ["birch"],
}


def respond(call: Call, world: World) -> Reply:
    """Answer one request as the shop's server would."""
    if call.path.startswith("/api/product/"):
        slow = world.on("slow_product")
        return Reply(body={}, latency_ms=5200 if slow else 260)
    match call.route:
        case "GET /api/search":
            return _search(call)
        case "POST /api/bag":
            return _bag(call, world)
        case "POST /api/coupon":
            return _coupon(call, world)
        case "POST /api/order":
            return _order(call, world)
        case "GET /api/orders":
            return _orders(call, world)
        case _:
            return Reply(body={}, latency_ms=240)


def _search(call: Call) -> Reply:
    if call.query.get("in") == "women":
        return Reply(body={"ids": []}, latency_ms=300)
    words = call.query.get("q", "").lower()
    ids = [one for word, found in FOUND.items() if words and words in word for one in found]
    return Reply(body={"ids": ids}, latency_ms=420)


def _bag(call: Call, world: World) -> Reply:
    if world.once("d_retry", call.page):
        return Reply(status=503, body={}, latency_ms=80)
    return Reply(body={}, latency_ms=210)


def _coupon(call: Call, world: World) -> Reply:
    if world.meet("d_bad_request", call.page):
        return Reply(status=400, body={"message": "This gift card was used up in March."})
    return Reply(body={}, latency_ms=300)


def _order(call: Call, world: World) -> Reply:
    if world.meet("pay_hangs", call.page):
        return Reply(never=True)
    if world.meet("pay_fails", call.page):
        return Reply(status=500, body={"log": "payment gateway: internal error"}, latency_ms=1200)
    if " " not in str(call.body.get("postcode", "")) and world.meet("postcode_space", call.page):
        return Reply(status=422, body={"field": "postcode"}, latency_ms=500)
    return Reply(body={}, latency_ms=1400)


def _orders(call: Call, world: World) -> Reply:
    if world.once("d_401_refresh", call.page):
        return Reply(status=401, body={}, latency_ms=70)
    orders = [{"id": "81", "name": "Brook fleece, 4 January"}, {"id": "77", "name": "Moss cap"}]
    return Reply(body={"orders": orders}, latency_ms=380)
