"""Who may do what to a connection, and what becomes of it (contract D1, D5)."""

from collections.abc import Callable
from typing import Literal

from entity_connections.fake.model import (
    ADMINISTRATOR,
    CONNECTED,
    DISCONNECTED,
    PENDING,
    PROVISIONED,
    Caller,
    Connection,
)
from entity_connections.fake.policy import Policy
from entity_connections.fake.refusal import Refusal, broken_rule, forbidden
from entity_connections.fake.state.connections import Connections
from entity_connections.fake.state.hierarchy import Hierarchy

Action = Literal["accept", "deny", "disconnect"]


class ConnectionRules:
    """The four changes of a connection; each must be called inside a transaction.

    Every method raises `Refusal` when a rule forbids the change. Permissions are checked before
    the status, so that callers learn nothing about connections that are not theirs.
    """

    def __init__(
        self,
        hierarchy: Hierarchy,
        connections: Connections,
        policy: Callable[[], Policy],
        new_id: Callable[[], str],
    ) -> None:
        self._hierarchy = hierarchy
        self._connections = connections
        self._policy = policy
        self._new_id = new_id

    def request(self, caller: Caller, target_id: str) -> str:
        """Request a connection from the acting entity to the target, and return its id."""
        policy, source_id = self._policy(), caller.entity_id
        if not caller.administers(source_id):
            source = self._hierarchy.display_name(source_id)
            raise forbidden(f"Only an administrator of {source} may request a connection from it.")
        target_role = self._check_target(caller, target_id)
        if policy.both_ways == "refused":
            opposite = self._connections.find_active(target_id, source_id)
            if opposite is not None:
                raise self._duplicate_refusal(opposite)
        active = self._connections.find_active(source_id, target_id)
        if active is not None:
            if policy.duplicate == "same-id":
                return active.id
            raise self._duplicate_refusal(active)
        is_own = policy.own_request == "connected" and target_role == ADMINISTRATOR
        status = CONNECTED if is_own else PENDING
        if policy.again == "same-record":
            disconnected = self._connections.find_last_disconnected(source_id, target_id)
            if disconnected is not None:
                self._connections.set_status(disconnected.id, status)
                return disconnected.id
        id_ = self._new_id()
        self._connections.add(id_, source_id, target_id, status)
        return id_

    def act(self, caller: Caller, action: Action, id_: str) -> None:
        """Accept, deny or disconnect the connection `id_`."""
        policy, connection = self._policy(), self._connections.get(id_)
        self._check_permission(caller, connection, action)
        before, after = PENDING, DISCONNECTED
        if action == "accept":
            after = CONNECTED
        elif action == "disconnect":
            before = CONNECTED
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
                f"The connection {self._describe(connection)} is {connection.status}."
                f" To {action} it, it must be {before}."
            )
        is_removed = {
            "accept": False,
            "deny": policy.denied == "removed",
            "disconnect": policy.ended == "removed",
        }
        if is_removed[action]:
            self._connections.remove(id_)
        else:
            self._connections.set_status(id_, after)

    def _check_target(self, caller: Caller, target_id: str) -> str:
        """Return the caller's role in the target of a request."""
        target = self._hierarchy.entity(target_id)
        if target_id == caller.entity_id:
            raise broken_rule(f"{target.display_name} cannot be connected to itself.")
        if target.status != PROVISIONED:
            raise broken_rule(f"{target.display_name} is not provisioned yet.")
        role = self._hierarchy.role(caller.user.username, target_id)
        if role is None:
            raise forbidden(
                f"{caller.user.login} has no access to {target.display_name}. Only an"
                " administrator with access to the target may request a connection to it."
            )
        return role

    def _check_permission(self, caller: Caller, connection: Connection, action: Action) -> None:
        entity_ids = [connection.target_id]
        if action == "disconnect" or self._policy().answering == "allowed":
            entity_ids.append(connection.source_id)
        if not caller.administers(*entity_ids):
            names = " or ".join(map(self._hierarchy.display_name, entity_ids))
            raise forbidden(
                f"Only an administrator of {names}, acting there, may {action} the connection"
                f" {self._describe(connection)}."
            )

    def _duplicate_refusal(self, active: Connection) -> Refusal:
        return broken_rule(
            f"The connection {self._describe(active)} is already {active.status}."
            " A pair of entities can have one at a time."
        )

    def _describe(self, connection: Connection) -> str:
        source = self._hierarchy.display_name(connection.source_id)
        return f"from {source} to {self._hierarchy.display_name(connection.target_id)}"
