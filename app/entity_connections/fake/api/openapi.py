"""The OpenAPI document of this server: `openapi.json` beside this module, completed.

The file leaves out what follows from a rule: the parameters, headers and refusals that
operations share.
"""

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

_Json = dict[str, Any]

_FILE = Path(__file__).with_name("openapi.json")
_REFUSALS = {
    "400": "BadRequest",
    "401": "NotSignedIn",
    "403": "NotAllowed",
    "404": "NotFound",
    "409": "StillRunning",
    "413": "TooLarge",
    "415": "WrongType",
    "422": "KeyMismatch",
    "429": "TooMany",
    "500": "ServerError",
}
"""Status -> name of the response."""
_CALL_HEADERS = ("Zuora-Request-Id", "Zuora-Track-Id")
_LIMIT_HEADERS = (
    "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset",
    "Concurrency-Limit-Type", "Concurrency-Limit-Limit", "Concurrency-Limit-Remaining",
)  # fmt: skip


@cache
def load_document(*, control: bool = False) -> _Json:
    """Return the document, with or without the control path that `serve --control` adds."""
    document: _Json = json.loads(_FILE.read_bytes())
    components = document["components"]
    if not control:
        del document["paths"]["/_faults"]
        del components["schemas"]["Faults"], components["schemas"]["FaultChange"]
    for name, response in components["responses"].items():
        _complete_response(name, response)
    for path, item in document["paths"].items():
        for method in item.keys() - {"parameters"}:
            _complete_operation(path, method, item[method])
    return document


def _complete_response(name: str, response: _Json) -> None:
    schema, headers = _refer("schemas", "Refusal"), [*_CALL_HEADERS]
    if name not in _REFUSALS.values():
        schema = {"oneOf": [_refer("schemas", name), schema]}
        headers += _LIMIT_HEADERS
    response.setdefault("content", {"application/json": {"schema": schema}})
    response.setdefault("headers", {}).update(_refer_to_headers(headers))


def _complete_operation(path: str, method: str, operation: _Json) -> None:
    is_api = path.startswith("/v1/")
    parameters, statuses = ["TrackId"], ["400"]
    if is_api:
        parameters.append("EntityIds")
        statuses += ["401", "403", "429", "500"]
        if "{" in path or method == "post":
            statuses.append("404")
        if method == "post":
            parameters.append("IdempotencyKey")
            statuses += ["409", "422"]
        elif method != "get":
            operation.setdefault("requestBody", _refer("requestBodies", "Nothing"))
    else:
        operation["responses"]["200"]["headers"] = _refer_to_headers(_CALL_HEADERS)
        if path == "/oauth/token":
            statuses += ["401", "429", "500"]
    if method != "get":
        statuses += ["413", "415"]
    operation.setdefault("parameters", []).extend(_refer("parameters", name) for name in parameters)
    operation["responses"] |= {
        status: _refer("responses", _REFUSALS[status]) for status in sorted(statuses)
    }


def _refer_to_headers(names: Iterable[str]) -> _Json:
    return {name: _refer("headers", name) for name in names}


def _refer(kind: str, name: str) -> _Json:
    return {"$ref": f"#/components/{kind}/{name}"}
