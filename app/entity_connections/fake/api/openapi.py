"""The OpenAPI document of exactly what this server does: `openapi.json` beside this module.

What is there only while the control path is on stands in `faults/openapi.json`.
"""

import json
from collections.abc import Callable, Coroutine
from functools import cache
from importlib.resources import files
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from entity_connections.fake.api.answers import answer

PATH = "/openapi.json"


@cache
def document(*, control: bool = False) -> dict[str, Any]:
    """Return the document as it stands in the repository, with the control path or without."""
    found = _read("api/openapi.json")
    if control:
        more = _read("faults/openapi.json")
        found["paths"] |= more["paths"]
        found["components"]["schemas"] |= more["components"]["schemas"]
    return found


def describing(*, control: bool) -> Callable[[Request], Coroutine[Any, Any, Response]]:
    """Return what answers with the document; its server is the one that was asked."""

    async def describe(request: Request) -> Response:
        here = {"url": str(request.base_url).rstrip("/")}
        return answer({**document(control=control), "servers": [here]})

    return describe


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files("entity_connections.fake").joinpath(name).read_bytes())
    return found
