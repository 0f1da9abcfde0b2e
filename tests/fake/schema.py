"""Checks a value against as much of JSON Schema as our own document uses."""

import re
from collections.abc import Iterator
from typing import Any

_TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "boolean": bool,
    "null": type(None),
}
_KNOWN = {
    "$ref", "oneOf", "type", "const", "enum", "pattern", "minLength", "maxLength", "minimum",
    "maximum", "items", "minItems", "maxItems", "properties", "required", "additionalProperties",
    "description", "format", "default",
}  # fmt: skip


def resolved(document: Any, part: Any) -> Any:
    """Return a part of a document, or what it refers to."""
    if "$ref" in part:
        found = document
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return found
    return part


def problems(document: Any, schema: Any, value: Any, where: str = "it") -> Iterator[str]:
    """Yield what is wrong with a value, a sentence each."""
    schema = resolved(document, schema)
    assert schema.keys() <= _KNOWN, schema.keys() - _KNOWN
    if "oneOf" in schema:
        fits = [one for one in schema["oneOf"] if not [*problems(document, one, value)]]
        if len(fits) != 1:
            yield f"{where} fits {len(fits)} of {len(schema['oneOf'])} schemas: {value!r:.200}"
        return
    types = schema["type"] if isinstance(schema.get("type"), list) else [schema.get("type")]
    if types != [None] and not any(_is(value, one) for one in types):
        yield f"{where} is {value!r:.60} and not {types}"
        return
    if value not in schema.get("enum", [schema.get("const", value)]):
        yield f"{where} is {value!r:.60}"
    if isinstance(value, str):
        yield from _text(schema, value, where)
    elif isinstance(value, int):
        if not schema.get("minimum", value) <= value <= schema.get("maximum", value):
            yield f"{where} is {value}"
    elif isinstance(value, list):
        yield from _array(document, schema, value, where)
    elif isinstance(value, dict):
        yield from _object(document, schema, value, where)


def _is(value: Any, type_: str) -> bool:
    return isinstance(value, _TYPES[type_]) and (type_ == "boolean") == isinstance(value, bool)


def _text(schema: Any, value: str, where: str) -> Iterator[str]:
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        yield f"{where} has {len(value)} characters"
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{where} is {value!r:.60}"


def _array(document: Any, schema: Any, value: Any, where: str) -> Iterator[str]:
    if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
        yield f"{where} has {len(value)} items"
    for place, item in enumerate(value):
        yield from problems(document, schema.get("items", {}), item, f"{where}[{place}]")


def _object(document: Any, schema: Any, value: Any, where: str) -> Iterator[str]:
    properties = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{where} lacks {name}"
    for name, inner in value.items():
        if name in properties:
            yield from problems(document, properties[name], inner, f"{where}.{name}")
        elif not schema.get("additionalProperties", True):
            yield f"{where} has {name}"
