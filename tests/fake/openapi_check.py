"""Comparing responses with the OpenAPI document."""

import re
from typing import Any

import httpx
import jsonschema_rs


def resolve(document: Any, part: Any) -> Any:
    """Return a part of a document, or what it refers to."""
    if "$ref" in part:
        target = document
        for key in part["$ref"].removeprefix("#/").split("/"):
            target = target[key]
        return target
    return part


def _close_objects(part: Any) -> Any:
    """Return a schema that refuses the fields which it does not describe."""
    if isinstance(part, list):
        return [_close_objects(inner) for inner in part]
    if not isinstance(part, dict):
        return part
    closed = {key: _close_objects(inner) for key, inner in part.items()}
    return {"additionalProperties": False, **closed} if "properties" in part else closed


def check_response(document: Any, method: str, path: str, answer: httpx.Response) -> None:
    """Fail unless the operation has such a response: status, media type, body and headers."""
    responses = document["paths"][path][method.lower()]["responses"]
    assert str(answer.status_code) in responses, answer.text
    response = resolve(document, responses[str(answer.status_code)])
    content = response["content"][answer.headers["content-type"].partition(";")[0]]
    schema = {**content["schema"], "components": _close_objects(document["components"])}
    jsonschema_rs.Draft202012Validator(schema).validate(answer.json())
    documented = {name.lower() for name in response["headers"]}
    assert documented - {"zuora-track-id", "retry-after"} <= {*answer.headers}
    if path.startswith("/v1/"):
        assert {name for name in answer.headers if re.match("zuora|rate|conc", name)} <= documented
