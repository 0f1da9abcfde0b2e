"""The path of `serve --control`: showing and switching faults over HTTP."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from entity_connections.fake.api.requests import parse_json_object, read_body
from entity_connections.fake.api.responses import json_response
from entity_connections.fake.faults.active_faults import ActiveFaults
from entity_connections.fake.faults.catalogue import FAULTS
from entity_connections.fake.refusal import invalid_value

PATH = "/_faults"


def create_control_route(faults: ActiveFaults) -> Route:
    """Return the route that shows and switches `faults`."""

    async def show_or_switch(request: Request) -> Response:
        if request.method == "PUT":
            fields = parse_json_object(request, await read_body(request), "on", "seed")
            _switch(faults, fields.get("on"), fields.get("seed", faults.seed))
        return json_response({
            "success": True,
            "on": [str(fault) for fault in faults.active()],
            "seed": faults.seed,
            "faults": {name: fault.sentence for name, fault in FAULTS.items()},
        })  # fmt: skip

    return Route(PATH, show_or_switch, methods=["GET", "PUT"])


def _switch(faults: ActiveFaults, texts: object, seed: object) -> None:
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise invalid_value("on must be a list of faults, each as text.")
    if not isinstance(seed, int) or isinstance(seed, bool):
        raise invalid_value("seed must be a whole number.")
    try:
        ActiveFaults(texts)
    except ValueError as error:
        raise invalid_value(str(error)) from None
    faults.off()
    faults.seed = seed
    faults.on(*texts)
