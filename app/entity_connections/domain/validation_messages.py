"""The sentences for what pydantic finds wrong in a file of the user."""

from collections.abc import Iterable, Mapping
from typing import Any

from entity_connections.domain.text import clean
from entity_connections.domain.words import suggest

_SENTENCES = {
    "missing": "it is missing.",
    "string_type": "it must be a text in quotes.",
    "string_too_short": "it must not be empty.",
    "string_too_long": "it must have at most {max_length} characters.",
    "string_pattern_mismatch": "it must match the pattern {pattern}.",
    "bool_type": "it must be true or false, without quotes.",
    "int_type": "it must be a whole number.",
    "int_from_float": "it must be a whole number.",
    "greater_than_equal": "it must be at least {ge}.",
    "less_than_equal": "it must be at most {le}.",
    "literal_error": "it must be {expected}.",
    "list_type": "it must be a list: [ … ].",
    "tuple_type": "it must be a list: [ … ].",
    "too_short": "at least {min_length} must be listed.",
    "too_long": "at most {max_length} may be listed.",
    "dict_type": "it must be a table of keys and values.",
    "model_type": "it must be a table of keys and values.",
}
"""By pydantic's type of an error; the names in braces are in its context."""


def describe_validation_error(error: Mapping[str, Any], known_keys: Iterable[str]) -> str:
    """Return what is wrong and what is expected, without the place and without the value.

    Args:
        error: one of `ValidationError.errors()`.
        known_keys: the keys that may stand where the error is, for an unknown key.
    """
    if error["type"] == "extra_forbidden":
        keys = list(known_keys)
        hint = suggest(str(error["loc"][-1]), keys) or f"; there are: {', '.join(keys)}."
        return f"there is no such key{hint}"
    if error["type"] in _SENTENCES:
        return _SENTENCES[error["type"]].format(**error.get("ctx", {}))
    return f"{error['msg'].removeprefix('Value error, ').removesuffix('.')}."


def describe_place(location: Iterable[str | int]) -> str:
    """Return the place of an error in words, counted from 1: "steps 3, do 2, press"."""
    place = ""
    for part in location:
        place += f" {part + 1}" if isinstance(part, int) else f", {clean(part, 64)}"
    return place.removeprefix(", ")
