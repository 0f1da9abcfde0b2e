"""Zuora's JSON as the domain's objects (contract C2, D3).

Every text is cleaned here, where it enters, and every id checked. Unknown
fields are ignored and unknown words kept: Zuora may add both without notice.
Each function raises ValueError, TypeError or KeyError for what does not fit.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from operator import itemgetter

from app.domain.connections import Connection
from app.domain.entities import Entity
from app.domain.ids import bare
from app.domain.text import clean

Row = Mapping[str, object]
"""A record as it came; whether it is one shows only when it is read."""

_ID = re.compile(r"[0-9A-Za-z_-]{1,255}")
_IDS = re.compile(r"[0-9A-Za-z_\-\n]+")
_new_connection: Callable[[tuple[str, str, str, str]], Connection] = partial(
    tuple.__new__, Connection
)
_CONNECTION = itemgetter("id", "sourceEntityId", "targetEntityId", "status")


def harmless(id_: object) -> str:
    """Return an id as it came: it goes back into paths and headers, where no more may be in it."""
    if not isinstance(id_, str) or not _ID.fullmatch(id_):
        raise ValueError("not an id")
    return id_


@lru_cache(2_048)
def entity_id(id_: object) -> str:
    """Return the id of an entity, bare."""
    plain = bare(harmless(id_))
    if not plain:
        raise ValueError("not an id")
    return plain


@lru_cache(2_048)
def text(value: object) -> str:
    """Return a text that people read."""
    if not isinstance(value, str):
        raise TypeError("not a text")
    return clean(value)


def read_connections(rows: Sequence[Row]) -> list[Connection]:
    """Return records of `GET /v1/entity-connections`, or raise for any that cannot be read.

    Field by field for all rows: the ids can be looked at together, and a list of
    thousands repeats a few entities and words, which are remembered.
    """
    if not rows:
        return []
    ids, sources, targets, statuses = zip(*map(_CONNECTION, rows), strict=True)
    together = "\n".join(ids)
    longest, shortest = max(map(len, ids)), min(map(len, ids))
    if together.count("\n") >= len(ids) or not _IDS.fullmatch(together):
        raise ValueError("not an id")
    if not 0 < shortest <= longest < 256:
        raise ValueError("not an id")
    fields = zip(
        ids, map(entity_id, sources), map(entity_id, targets), map(text, statuses), strict=True
    )
    return list(map(_new_connection, fields))


def read_entities(rows: Sequence[Row]) -> list[Entity]:
    """Return records of `GET /v1/entities`, or raise for any that cannot be read."""
    return [_entity(row) for row in rows]


def _entity(row: Row) -> Entity:
    parent = row.get("parentId")
    return Entity(
        id=entity_id(row["id"]),
        name=_text_or_nothing(row.get("name")),
        display_name=_text_or_nothing(row.get("displayName")),
        parent_id=entity_id(parent) if parent else None,
        status=_text_or_nothing(row.get("status")),
    )


def _text_or_nothing(value: object) -> str:
    return "" if value is None else text(value)
