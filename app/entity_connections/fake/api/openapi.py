"""The OpenAPI document of this server: `openapi.json` beside this module.

The part about the control path, which only `--control` adds, is `faults/control_openapi.json`.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any

PATH = "/openapi.json"


@cache
def load_document(*, control: bool = False) -> dict[str, Any]:
    """Return the document, with or without the control path."""
    document = _read_json("api/openapi.json")
    if control:
        addition = _read_json("faults/control_openapi.json")
        document["paths"] |= addition["paths"]
        document["components"]["schemas"] |= addition["components"]["schemas"]
    return document


def _read_json(name: str) -> dict[str, Any]:
    resource = files("entity_connections.fake").joinpath(name)
    document: dict[str, Any] = json.loads(resource.read_bytes())
    return document
