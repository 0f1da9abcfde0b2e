"""Checking values against the schemas of the OpenAPI document."""

from typing import Any

import jsonschema_rs


def resolve(document: Any, part: Any) -> Any:
    """Return a part of a document, or what it refers to."""
    if "$ref" in part:
        target = document
        for key in part["$ref"].removeprefix("#/").split("/"):
            target = target[key]
        return target
    return part


def find_problems(document: Any, schema: Any, value: Any) -> list[str]:
    """Return what is wrong with a value, a message each."""
    schema = {**schema, "components": document["components"]}  # to which its references lead
    validator = jsonschema_rs.Draft202012Validator(schema)
    return [error.message for error in validator.iter_errors(value)]
