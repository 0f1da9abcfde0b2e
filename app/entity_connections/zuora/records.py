"""Zuora's JSON, checked, and the domain's objects made of it (contract C2, D3).

Every text is cleaned and every id checked here, where it enters the program. Unknown
fields are ignored and unknown values of `status` kept: Zuora may add both without notice.
A row that could be taken for another one than Zuora means is not read.

Not by pydantic, as files of the user are: its import is a fifth of what a command takes.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Generic, TypeVar

from entity_connections.domain.connections import KNOWN_STATUSES, Connection
from entity_connections.domain.entities import PROVISIONED, UNPROVISIONED, Entity
from entity_connections.domain.ids import normalize_id
from entity_connections.domain.text import clean

Record = TypeVar("Record", Entity, Connection)
_Row = dict[str, object]
_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,254}")
_ENTITY_ID = re.compile(
    r"[0-9A-Fa-f]{32}|[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}"
)


def check_id(value: object) -> str:
    """Return an id that can stand in a path and in a header; ValueError for any other."""
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise ValueError("not an id")
    return value


class RowParser(Generic[Record]):
    """Makes records of the rows of one kind of list.

    Args:
        field_name: the field of a page that holds the rows.
        make_record: makes a record of a row; raises ValueError if the row is not valid.
    """

    def __init__(self, field_name: str, make_record: Callable[[_Row], Record]) -> None:
        self.field_name = field_name
        self._make_record: Callable[[_Row], Record] = make_record

    def parse_rows(self, rows: list[object]) -> list[Record]:
        """Parse rows, and leave out those that cannot be read."""
        return [record for row in rows if (record := self._parse_row(row)) is not None]

    def _parse_row(self, row: object) -> Record | None:
        try:
            return self._make_record(row) if isinstance(row, dict) else None
        except ValueError:
            return None


def _get_text(row: _Row, field: str, default: str | None = None) -> str:
    """Return a text of a row.

    Raises:
        ValueError: it is no text; or it is missing or null, and there is no default.
    """
    value = row.get(field)
    text = default if value is None else value
    if isinstance(text, str):
        return text
    raise ValueError(f"no text: {field}")


# The same few ids and statuses stand in thousands of connections.
_KNOWN_STATUSES = KNOWN_STATUSES | {PROVISIONED, UNPROVISIONED}


@lru_cache(maxsize=2_048)
def _parse_entity_id(text: str) -> str:
    """Normalize the id of an entity; raise ValueError if it is none (contract C2)."""
    if not _ENTITY_ID.fullmatch(text):
        raise ValueError("not the id of an entity")
    return normalize_id(text)


@lru_cache(maxsize=2_048)
def _clean_status(text: str) -> str:
    """Clean a status; raise ValueError if only that makes it a known one."""
    status = clean(text)
    if status != text and status in _KNOWN_STATUSES:
        raise ValueError("nobody knows whether this status is meant")
    return status


def _make_entity(row: _Row) -> Entity:
    parent_id = _get_text(row, "parentId", "")
    return Entity(
        id=_parse_entity_id(_get_text(row, "id")),
        name=clean(_get_text(row, "name", "")),
        display_name=clean(_get_text(row, "displayName", "")),
        parent_id=normalize_id(check_id(parent_id)) if parent_id else None,
        status=_clean_status(_get_text(row, "status", "")),
    )


def _make_connection(row: _Row) -> Connection:
    source_id = _parse_entity_id(_get_text(row, "sourceEntityId"))
    target_id = _parse_entity_id(_get_text(row, "targetEntityId"))
    if source_id == target_id:
        raise ValueError("a connection of an entity with itself")
    status = _clean_status(_get_text(row, "status"))
    return Connection(check_id(row.get("id")), source_id, target_id, status)


ENTITIES = RowParser("entities", _make_entity)
CONNECTIONS = RowParser("entityConnections", _make_connection)
