"""Entities and connections made of Zuora's JSON (contract C2, D3).

Every text is cleaned and every id checked here, where it enters the program. Unknown
fields are ignored and unknown values of `status` kept: Zuora may add both without notice.
Plain checks: pydantic would cost 14 MB of memory and much of the time that a long list takes.
"""

import re
from functools import lru_cache
from typing import Any

from entity_connections.domain.connections import Connection
from entity_connections.domain.entities import Entity
from entity_connections.domain.ids import normalize_id
from entity_connections.domain.text import clean

UNREADABLE = (ValueError, TypeError, LookupError, AttributeError)
"""What parsing a row raises that is not what Zuora documents."""
_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,254}")


def check_id(value: object) -> str:
    """Return an id that can stand in a path and in a header; ValueError for any other."""
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise ValueError("not an id")
    return value


def parse_entity(row: Any) -> Entity:
    """Parse a row of `GET /v1/entities`; raises one of `UNREADABLE` if that is not possible."""
    parent_id = row.get("parentId")
    return Entity(
        id=_parse_entity_id(row["id"]),
        name=_parse_optional_text(row.get("name")),
        display_name=_parse_optional_text(row.get("displayName")),
        parent_id=None if parent_id in (None, "") else _parse_entity_id(parent_id),
        status=_parse_optional_text(row.get("status")),
    )


def parse_connection(row: Any) -> Connection:
    """Parse a row of `GET /v1/entity-connections`; raises one of `UNREADABLE`, too."""
    return Connection(
        check_id(row["id"]),
        _parse_entity_id(row["sourceEntityId"]),
        _parse_entity_id(row["targetEntityId"]),
        _parse_text(row["status"]),
    )


# The same few ids and statuses stand in thousands of connections.
@lru_cache(maxsize=2_048)
def _parse_entity_id(value: object) -> str:
    return normalize_id(check_id(value))


@lru_cache(maxsize=2_048)
def _parse_text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return clean(value)


def _parse_optional_text(value: object) -> str:
    return "" if value is None else _parse_text(value)
