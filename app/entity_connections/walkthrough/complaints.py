"""What is wrong with a script, in sentences: the place as people count, the fault, the remedy."""

import json
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

Place = tuple[str | int, ...]

_FAULTS = {
    "string_type": "must be a text in quotes, not {short}",
    "int_type": "must be a whole number, not {short}",
    "list_type": "must be a list in [ ], not {short}",
    "model_type": "must be a table, not {short}",
    "dict_type": "must be a table, not {short}",
    "string_too_short": "is empty; write something",
    "string_too_long": "has {length} characters, and may have {max_length}; shorten it",
    "too_short": "has {actual_length}, and needs {min_length} at least; add to it",
    "too_long": "has {actual_length}, and may have {max_length}; take some out",
    "string_pattern_mismatch": (
        "{short} may hold small letters, digits and hyphens only, 60 at most; name it otherwise"
    ),
    "missing": "is missing; write it",
}
"""By pydantic's name for a fault."""


def complaint(error: Mapping[str, Any], keys_at: Callable[[Place], Sequence[str]]) -> str:
    """Return one of pydantic's errors as a sentence.

    Args:
        error: as `ValidationError.errors` has it.
        keys_at: returns the keys that a place may hold.
    """
    loc: Place = error["loc"]
    place, kind, value = _place(loc), error["type"], error["input"]
    if kind == "extra_forbidden":
        keys = keys_at(loc)
        near = get_close_matches(str(loc[-1]), keys, n=1, cutoff=0.5)
        known = f"did you mean {near[0]}?" if near else f"there are {', '.join(keys)}."
        return f"{place}: there is no such key; {known}"
    context = error.get("ctx", {})
    if kind == "value_error":
        reason = f"{str(context['error']).rstrip('.')}."
        return f"{place}: {reason}" if loc else reason
    fault = _FAULTS.get(kind, f"{error['msg'][:1].lower()}{error['msg'][1:]}, not {{short}}")
    length = len(value) if isinstance(value, str) else 0
    return f"{place}: {fault.format(short=_short(value), length=length, **context)}."


def _short(value: object) -> str:
    """Return a value as the script may have it, but not much of it."""
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _place(loc: Place) -> str:
    """Return where something stands, as a person counts: "step 3, do 2, press"."""
    words: list[str] = []
    for one in loc:
        if isinstance(one, int):
            words[-1] = f"{'step' if words[-1] == 'steps' else words[-1]} {one + 1}"
        else:
            words.append(one[:60])
    return ", ".join(words)
