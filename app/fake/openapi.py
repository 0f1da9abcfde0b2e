"""The OpenAPI document of exactly what this server does: `openapi.json` beside this module."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app.fake.answers import answer

PATH = "/openapi.json"


@cache
def document() -> dict[str, Any]:
    """Return the document as it stands in the repository."""
    found: dict[str, Any] = json.loads(files("app.fake").joinpath("openapi.json").read_bytes())
    return found


async def describe(request: Request) -> Response:
    """Answer with the document; its server is the one that was asked."""
    return answer({**document(), "servers": [{"url": str(request.base_url).rstrip("/")}]})
