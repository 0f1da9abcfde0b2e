"""Which action is allowed on a row, and if none, why and what would help.

What is forbidden here is what the screen already knows to be impossible or
meaningless (contract D1, D5). Zuora tells nobody's role over its API: an unknown
role forbids nothing, the server decides and its sentence is shown.
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from enum import Enum
from typing import NamedTuple

from entity_connections.domain.connections import CONNECTED, KNOWN_STATUSES, PENDING, Direction, Row


class Action(Enum):
    """What a person can do to a row; the value is Zuora's label (contract I2)."""

    REQUEST = "Request Connection"
    ACCEPT = "Accept"
    DENY = "Deny"
    DISCONNECT = "Disconnect"

    @property
    def label(self) -> str:
        """The word on the button."""
        return self.value


STANDARD_USER = "standard user"
"""The role of a user who may look, but not act; the fake tenant tells it, Zuora does not."""


class DisabledReason(NamedTuple):
    """Why an action is impossible now.

    Attributes:
        reason: a sentence.
        remedy: a sentence that says what would make it possible.
        brief: the few words for the Action column, or nothing.
    """

    reason: str
    remedy: str
    brief: str = ""


def disabled_reason(
    action: Action, row: Row, accessible_ids: AbstractSet[str] | None
) -> DisabledReason | None:
    """Return why `action` is impossible on `row`, or None when it is allowed.

    `accessible_ids` holds the ids of the entities the user may enter; None means
    that nobody told us, and forbids nothing.
    """
    if row.status is not None and row.status not in KNOWN_STATUSES:
        return DisabledReason(
            f'The status "{row.status}" is not known here.',
            "Look at the connection in Zuora itself.",
        )
    match action:
        case Action.REQUEST:
            return _why_not_request(row, accessible_ids)
        case Action.ACCEPT | Action.DENY:
            return _why_not_answer(action, row, accessible_ids)
        case Action.DISCONNECT:
            return _why_not_disconnect(row)


def role_reason(action: Action, row: Row, role: str | None) -> DisabledReason | None:
    """Return why the user's role in the acting entity forbids `action`, or None."""
    if role != STANDARD_USER:
        return None
    acting = row.acting.title
    needs = "It waits for" if action in (Action.ACCEPT, Action.DENY) else "This takes"
    return DisabledReason(
        f"{needs} an administrator of {acting}; you are a {STANDARD_USER}.",
        "Ask one of them to do it, or to give you the role.",
        "administrators only",
    )


def default_action(row: Row, accessible_ids: AbstractSet[str] | None) -> Action | None:
    """Return the one action that makes sense on `row`, or None."""
    first = Action.ACCEPT if row.direction is Direction.INBOUND else Action.REQUEST
    choices = (first, Action.DISCONNECT)
    return next(
        (action for action in choices if disabled_reason(action, row, accessible_ids) is None), None
    )


def default_row(rows: Iterable[Row], accessible_ids: AbstractSet[str] | None) -> Row | None:
    """Return the row that the cursor starts on.

    That is the first that waits for the acting entity, else the first that can be
    requested, else the first that is not Connected: nothing there can be lost.
    """

    def rank(row: Row) -> int:
        if row.waits_for_acting:
            return 0
        if default_action(row, accessible_ids) is Action.REQUEST:
            return 1
        return 3 if row.status == CONNECTED else 2

    return min(rows, key=rank, default=None)


def _why_not_request(row: Row, accessible_ids: AbstractSet[str] | None) -> DisabledReason | None:
    source, target = row.source.title, row.target.title
    if row.direction is Direction.INBOUND:
        return DisabledReason(
            f"A connection is requested from its source, here {source}.",
            _go_there(row, accessible_ids),
        )
    if row.counterpart.id == row.acting.id:
        return DisabledReason("An entity cannot be connected to itself.", "Choose another entity.")
    if row.status == CONNECTED:
        return DisabledReason(
            f"{source} is already connected to {target}.", "There is nothing to request."
        )
    if row.status == PENDING:
        return DisabledReason(
            f"The request to {target} is already waiting for an answer.",
            f"An administrator of {target} accepts it. {_go_there(row, accessible_ids)}",
            f"waiting for {target}",
        )
    if not row.counterpart.listed:
        return DisabledReason(
            "Zuora's list of entities does not hold this entity.",
            "Refresh with ctrl+r; if it stays, ask a global administrator.",
            "not in the list",
        )
    if not row.counterpart.provisioned:
        return DisabledReason(
            f"{target} is not provisioned yet.",
            "A global administrator provisions it in Manage Entity Hierarchy.",
            "not provisioned yet",
        )
    if not _may_enter(row, accessible_ids):
        return DisabledReason(
            f"You may not enter {target}, and only such entities can be asked.",
            f"An administrator of {target} grants access in Manage Users.",
            "no access",
        )
    return None


def _why_not_answer(
    action: Action, row: Row, accessible_ids: AbstractSet[str] | None
) -> DisabledReason | None:
    if row.status != PENDING:
        return DisabledReason(
            f"{_pair(row)} has no request that waits for an answer.",
            f"{action.label} answers a Pending request on Share From (Inbound).",
        )
    if row.direction is Direction.OUTBOUND:
        return DisabledReason(
            f"Only the target answers a request, here {row.target.title}.",
            _go_there(row, accessible_ids),
        )
    return None


def _why_not_disconnect(row: Row) -> DisabledReason | None:
    if row.status == CONNECTED:
        return None
    if row.status == PENDING:
        return DisabledReason(
            f"{_pair(row)} is not connected yet; a request cannot be taken back.",
            f"An administrator of {row.target.title} can deny it.",
        )
    return DisabledReason(f"{_pair(row)} is not connected.", "There is nothing to disconnect.")


def _may_enter(row: Row, accessible_ids: AbstractSet[str] | None) -> bool:
    return accessible_ids is None or row.counterpart.id in accessible_ids


def _go_there(row: Row, accessible_ids: AbstractSet[str] | None) -> str:
    name = row.counterpart.title
    if _may_enter(row, accessible_ids) and row.counterpart.listed:
        return f"Press g to act as {name}."
    return f"You may not enter {name}: ask one of its administrators."


def _pair(row: Row) -> str:
    return f"{row.source.title} → {row.target.title}"
