"""The OpenAPI document of this server: `openapi.json` beside this module."""

import json
from functools import cache
from pathlib import Path
from typing import Any

_DOCUMENT = Path(__file__).with_name("openapi.json")
_CONTROL_DOCUMENT = Path(__file__).with_name("control_openapi.json")


@cache
def load_document(*, control: bool = False) -> dict[str, Any]:
    """Return the document, with or without the control path that `serve --control` adds."""
    document: dict[str, Any] = json.loads(_DOCUMENT.read_bytes())
    if control:
        addition = json.loads(_CONTROL_DOCUMENT.read_bytes())
        document["paths"] |= addition["paths"]
        document["components"]["schemas"] |= addition["schemas"]
    return document
