"""Zuora's JSON as pydantic checks it, and the domain's objects made of it (contract A2, C2, D3).

Every text is cleaned and every id checked here, where it enters the program. Unknown
fields are ignored and unknown values of `status` kept: Zuora may add both without notice.
A row that could be taken for another one than Zuora means is not read.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Annotated, Any, Generic, Literal, NotRequired, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    FiniteFloat,
    StringConstraints,
    TypeAdapter,
)
from typing_extensions import TypedDict

from entity_connections.domain.connections import KNOWN_STATUSES, Connection
from entity_connections.domain.entities import PROVISIONED, UNPROVISIONED, Entity
from entity_connections.domain.ids import normalize_id
from entity_connections.domain.text import clean

Record = TypeVar("Record", Entity, Connection)
_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,254}")
_ENTITY_ID = re.compile(
    r"[0-9A-Fa-f]{32}|[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}"
)


def check_id(value: object) -> str:
    """Return an id that can stand in a path and in a header; ValueError for any other."""
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise ValueError("not an id")
    return value


class TokenAnswer(BaseModel):
    """The answer to a token request; neither its repr nor its errors hold the token."""

    model_config = ConfigDict(hide_input_in_errors=True)

    access_token: str = Field(pattern=r"^[!-~]+$", max_length=8_192, repr=False)
    expires_in: FiniteFloat | None = None
    scope: str | None = None


def _clean_name(name: object) -> object:
    return clean(name) if isinstance(name, str) else name


_Id = Annotated[str, StringConstraints(pattern=f"^{_ID.pattern}$")]
# Cleaned before pydantic sees it, which refuses lone surrogates.
_Name = Annotated[str, BeforeValidator(_clean_name)]


# Dictionaries and not models: a list has thousands of rows, and a model of each costs
# more than all the rest of the reading.
class _EntityRow(TypedDict):
    id: str
    name: NotRequired[_Name | None]
    displayName: NotRequired[_Name | None]
    parentId: NotRequired[_Id | Literal[""] | None]
    status: NotRequired[str | None]


class _ConnectionRow(TypedDict):
    id: _Id
    sourceEntityId: str
    targetEntityId: str
    status: str


class RowParser(Generic[Record]):
    """Makes records of the rows of one kind of list.

    Args:
        field_name: the field of a page that holds the rows.
        row_type: the TypedDict of a row.
        make_record: makes a record of a valid row; raises ValueError if it means nothing.
        later_counts: whether of two different rows with one id the later counts, or neither.
    """

    def __init__(
        self,
        field_name: str,
        row_type: Any,
        make_record: Callable[[Any], Record],
        *,
        later_counts: bool,
    ) -> None:
        self.field_name = field_name
        self.later_counts = later_counts
        self._validate = TypeAdapter[list[Any]](list[row_type]).validator.validate_python
        self._make_record: Callable[[Any], Record] = make_record

    def parse_rows(self, rows: list[object]) -> list[Record]:
        """Parse rows, and leave out those that cannot be read."""
        try:
            return [self._make_record(row) for row in self._validate(rows)]
        except ValueError:
            if len(rows) == 1:
                return []
            return [record for row in rows for record in self.parse_rows([row])]


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


def _make_entity(row: _EntityRow) -> Entity:
    parent_id = row.get("parentId")
    return Entity(
        id=_parse_entity_id(row["id"]),
        name=row.get("name") or "",
        display_name=row.get("displayName") or "",
        parent_id=normalize_id(parent_id) if parent_id else None,
        status=_clean_status(row.get("status") or ""),
    )


def _make_connection(row: _ConnectionRow) -> Connection:
    source_id = _parse_entity_id(row["sourceEntityId"])
    target_id = _parse_entity_id(row["targetEntityId"])
    if source_id == target_id:
        raise ValueError("a connection of an entity with itself")
    return Connection(row["id"], source_id, target_id, _clean_status(row["status"]))


ENTITIES = RowParser("entities", _EntityRow, _make_entity, later_counts=True)
CONNECTIONS = RowParser("entityConnections", _ConnectionRow, _make_connection, later_counts=False)
