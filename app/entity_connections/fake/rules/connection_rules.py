"""Who may do what to a connection, and what becomes of it (contract D1, D5).

Each change must be called inside a transaction, and raises `Refusal` when a rule forbids it.
Permissions are checked before the status, so that callers learn nothing about connections that
are not theirs.
"""

from typing import Literal

from entity_connections.domain.connections import CONNECTED, DISCONNECTED, PENDING, Connection
from entity_connections.domain.entities import PROVISIONED
from entity_connections.fake.model import ADMINISTRATOR, Caller
from entity_connections.fake.refusal import Refusal, broken_rule, forbidden
from entity_connections.fake.state.tenant_state import TenantState

Action = Literal["accept", "deny", "disconnect"]


def request(state: TenantState, caller: Caller, target_id: str) -> str:
    """Request a connection from the acting entity to the target, and return its id."""
    policy, source_id = state.policy(), caller.entity_id
    if not caller.administers(source_id):
        source = state.hierarchy.display_name(source_id)
        raise forbidden(f"Only an administrator of {source} may request a connection from it.")
    target_role = _check_target(state, caller, target_id)
    if policy.both_ways == "refused":
        opposite = state.connections.find_active(target_id, source_id)
        if opposite is not None:
            raise _duplicate_refusal(state, opposite)
    active = state.connections.find_active(source_id, target_id)
    if active is not None:
        if policy.duplicate == "same-id":
            return active.id
        raise _duplicate_refusal(state, active)
    is_own = policy.own_request == "connected" and target_role == ADMINISTRATOR
    status = CONNECTED if is_own else PENDING
    if policy.again == "same-record":
        disconnected = state.connections.find_last_disconnected(source_id, target_id)
        if disconnected is not None:
            state.connections.set_status(disconnected.id, status)
            return disconnected.id
    id_ = state.new_id()
    state.connections.add(id_, source_id, target_id, status)
    return id_


def act(state: TenantState, caller: Caller, action: Action, id_: str) -> None:
    """Accept, deny or disconnect the connection `id_`."""
    policy, connection = state.policy(), state.connections.get(id_)
    _check_permission(state, caller, connection, action)
    before, after = {
        "accept": (PENDING, CONNECTED),
        "deny": (PENDING, DISCONNECTED),
        "disconnect": (CONNECTED, DISCONNECTED),
    }[action]
    if connection.status == after and policy.twice == "repeated":
        return
    is_withdrawal = (
        policy.withdrawal == "allowed"
        and action == "disconnect"
        and connection.status == PENDING
        and connection.source_id == caller.entity_id
    )
    if connection.status != before and not is_withdrawal:
        raise broken_rule(
            f"The connection {_describe(state, connection)} is {connection.status}."
            f" To {action} it, it must be {before}."
        )
    if {"deny": policy.denied, "disconnect": policy.ended}.get(action) == "removed":
        state.connections.remove(id_)
    else:
        state.connections.set_status(id_, after)


def _check_target(state: TenantState, caller: Caller, target_id: str) -> str:
    """Return the caller's role in the target of a request."""
    target = state.hierarchy.entity(target_id)
    if target_id == caller.entity_id:
        raise broken_rule(f"{target.display_name} cannot be connected to itself.")
    if target.status != PROVISIONED:
        raise broken_rule(f"{target.display_name} is not provisioned yet.")
    role = state.hierarchy.role(caller.user.name, target_id)
    if role is None:
        raise forbidden(
            f"{caller.user.username} has no access to {target.display_name}. Only an"
            " administrator with access to the target may request a connection to it."
        )
    return role


def _check_permission(
    state: TenantState, caller: Caller, connection: Connection, action: Action
) -> None:
    entity_ids = [connection.target_id]
    if action == "disconnect" or state.policy().answering == "allowed":
        entity_ids.append(connection.source_id)
    if not caller.administers(*entity_ids):
        names = " or ".join(map(state.hierarchy.display_name, entity_ids))
        raise forbidden(
            f"Only an administrator of {names}, acting there, may {action} the connection"
            f" {_describe(state, connection)}."
        )


def _duplicate_refusal(state: TenantState, active: Connection) -> Refusal:
    return broken_rule(
        f"The connection {_describe(state, active)} is already {active.status}."
        " A pair of entities can have one at a time."
    )


def _describe(state: TenantState, connection: Connection) -> str:
    source = state.hierarchy.display_name(connection.source_id)
    return f"from {source} to {state.hierarchy.display_name(connection.target_id)}"
