"""Requests that a user may enter other entities (contract C1, C4).

They are made in the user's home entity, and granted or denied in the other entity. Each change
must be called inside a transaction, and may raise `Refusal`.
"""

from collections.abc import Sequence

from entity_connections.domain.entities import PROVISIONED
from entity_connections.fake.model import ADMINISTRATOR, AccessStatus, Caller, User
from entity_connections.fake.refusal import broken_rule, forbidden, not_found
from entity_connections.fake.state.tenant_state import TenantState


def request(state: TenantState, caller: Caller, username: str, entity_ids: Sequence[str]) -> None:
    """Request access to all of these entities; if one is refused, nothing is requested.

    Access to entities that the caller administers too is granted at once.
    """
    user = get_user(state, username)
    if not caller.administers(user.home_entity_id):
        home = state.hierarchy.display_name(user.home_entity_id)
        raise forbidden(
            f"Only an administrator of {home}, acting there, may request access for {username}."
        )
    for id_ in entity_ids:
        _check_request(state, caller, user, id_)
    for id_ in entity_ids:
        is_granted = state.hierarchy.role(caller.user.name, id_) == ADMINISTRATOR
        _set_status(state, user, id_, "Active" if is_granted else "Pending Review")


def answer(state: TenantState, caller: Caller, username: str, status: AccessStatus) -> None:
    """Grant or deny the request for access to the acting entity that is Pending Review."""
    user = get_user(state, username)
    name = state.hierarchy.display_name(caller.entity_id)
    if not caller.administers(caller.entity_id):
        raise forbidden(
            f"Only an administrator of {name}, acting there, may grant or deny access to it."
        )
    if not _is_pending(state, user, caller.entity_id):
        raise broken_rule(f"No request of {user.username} for access to {name} is Pending Review.")
    _set_status(state, user, caller.entity_id, status)


def get_user(state: TenantState, username: str) -> User:
    """Return the user with this username; raise `Refusal` when there is none."""
    user = state.users.find("username", username)
    if user is None:
        raise not_found(f"There is no user {username[:64]}.")
    return user


def _check_request(state: TenantState, caller: Caller, user: User, entity_id: str) -> None:
    entity = state.hierarchy.entity(entity_id)
    name = entity.display_name
    if entity.status != PROVISIONED:
        raise broken_rule(f"{name} is not provisioned yet.")
    if state.hierarchy.role(caller.user.name, entity_id) is None:
        raise forbidden(f"{caller.user.username} has no access to {name} and cannot request it.")
    if state.hierarchy.role(user.name, entity_id) is not None:
        raise broken_rule(f"{user.username} may enter {name} already.")
    if _is_pending(state, user, entity_id):
        raise broken_rule(
            f"The request of {user.username} for access to {name} is Pending Review already."
        )


def _is_pending(state: TenantState, user: User, entity_id: str) -> bool:
    rows = state.db.execute(
        "SELECT 1 FROM access_request"
        " WHERE user = ? AND entity_id = ? AND status = 'Pending Review'",
        (user.name, entity_id),
    )
    return rows.fetchone() is not None


def _set_status(state: TenantState, user: User, entity_id: str, status: AccessStatus) -> None:
    state.db.execute(
        "INSERT OR REPLACE INTO access_request VALUES (?, ?, ?)", (user.name, entity_id, status)
    )
    if status == "Active":
        state.db.execute(
            "INSERT OR IGNORE INTO role VALUES (?, ?, 'standard user')", (user.name, entity_id)
        )
