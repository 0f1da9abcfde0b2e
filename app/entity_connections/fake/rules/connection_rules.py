"""Who may do what to a connection, and what becomes of it (contract D1, D5)."""

import sqlite3
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
from entity_connections.fake.rules.policy import (
    AfterDisconnect,
    AnswerBySource,
    DeniedRequest,
    DuplicateRequest,
    OppositeRequest,
    OwnRequest,
    Policy,
    RepeatAction,
    RepeatRequest,
    Withdrawal,
)
from entity_connections.fake.rules.refusal import Category, Refusal
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
        source = self._name(caller.entity_id)
        if caller.role != ADMINISTRATOR:
            raise Refusal(
                Category.PERMISSION,
                f"Only an administrator of {source} may request a connection from it.",
            )
        self._check_target(caller, target_id)
        try:
            return self._create(caller, target_id)
        except sqlite3.IntegrityError:
            active = self._connections.find_active(caller.entity_id, target_id)
            if active is None:
                raise
            if self._policy().duplicate is DuplicateRequest.SAME_ID:
                return active.id
            raise self._duplicate_refusal(active) from None

    def act(self, caller: Caller, action: Action, id_: str) -> None:
        """Accept, deny or disconnect the connection `id_`."""
        connection = self._connections.get(id_)
        if connection is None:
            raise Refusal(Category.NOT_FOUND, f"There is no connection {id_[:64]}.")
        if action == "disconnect":
            self._disconnect(caller, connection)
            return
        self._check_answer(caller, connection, action)
        if connection.status != PENDING:  # repeated, and the policy allows that
            return
        if action == "accept":
            self._connections.set_status(id_, CONNECTED)
        elif self._policy().denied is DeniedRequest.REMOVED:
            self._connections.remove(id_)
        else:
            self._connections.set_status(id_, DISCONNECTED)

    def _check_target(self, caller: Caller, target_id: str) -> None:
        target = self._hierarchy.entity(target_id)
        if target is None:
            raise Refusal(Category.NOT_FOUND, f"There is no entity {target_id[:64]}.")
        name = target.display_name
        if target_id == caller.entity_id:
            raise Refusal(Category.RULE, f"{name} cannot be connected to itself.")
        if target.status != PROVISIONED:
            raise Refusal(Category.RULE, f"{name} is not provisioned yet.")
        if self._hierarchy.role(caller.user.username, target_id) is None:
            raise Refusal(
                Category.PERMISSION,
                f"{caller.user.login} has no access to {name}. Only an administrator"
                " with access to the target may request a connection to it.",
            )

    def _create(self, caller: Caller, target_id: str) -> str:
        policy, source_id = self._policy(), caller.entity_id
        status = PENDING
        if policy.own_request is OwnRequest.CONNECTED:
            role = self._hierarchy.role(caller.user.username, target_id)
            status = CONNECTED if role == ADMINISTRATOR else PENDING
        if policy.both_ways is OppositeRequest.REFUSED:
            opposite = self._connections.find_active(target_id, source_id)
            if opposite is not None:
                raise self._duplicate_refusal(opposite)
        if policy.again is RepeatRequest.SAME_RECORD:
            disconnected = self._connections.find_last_disconnected(source_id, target_id)
            if disconnected is not None:
                self._connections.set_status(disconnected.id, status)
                return disconnected.id
        id_ = self._new_id()
        self._connections.add(id_, source_id, target_id, status)
        return id_

    def _duplicate_refusal(self, active: Connection) -> Refusal:
        source, target = self._name(active.source_id), self._name(active.target_id)
        return Refusal(
            Category.RULE,
            f"The connection from {source} to {target} is already {active.status}."
            " A pair of entities can have one at a time.",
        )

    def _check_answer(self, caller: Caller, connection: Connection, action: Action) -> None:
        target = self._name(connection.target_id)
        allowed_entities = {connection.target_id}
        if self._policy().answering is AnswerBySource.ALLOWED:
            allowed_entities.add(connection.source_id)
        if caller.entity_id not in allowed_entities or caller.role != ADMINISTRATOR:
            raise Refusal(
                Category.PERMISSION,
                f"Only an administrator of {target}, acting in {target}, may {action}"
                f" the request from {self._name(connection.source_id)}.",
            )
        if connection.status != PENDING and not self._is_repeated(connection, action):
            raise self._status_refusal(
                connection, f"Only a Pending request can be {_PARTICIPLES[action]}."
            )

    def _disconnect(self, caller: Caller, connection: Connection) -> None:
        both_ids = (connection.source_id, connection.target_id)
        if caller.entity_id not in both_ids or caller.role != ADMINISTRATOR:
            source, target = map(self._name, both_ids)
            raise Refusal(
                Category.PERMISSION,
                f"Only an administrator of {source} or {target}, acting there,"
                " may disconnect the two.",
            )
        is_allowed_withdrawal = (
            connection.status == PENDING
            and caller.entity_id == connection.source_id
            and self._policy().withdrawal is Withdrawal.ALLOWED
        )
        if self._is_repeated(connection, "disconnect"):
            return
        if connection.status != CONNECTED and not is_allowed_withdrawal:
            raise self._status_refusal(connection, "Only a Connected one can be disconnected.")
        if self._policy().ended is AfterDisconnect.REMOVED:
            self._connections.remove(connection.id)
        else:
            self._connections.set_status(connection.id, DISCONNECTED)

    def _is_repeated(self, connection: Connection, action: Action) -> bool:
        done = CONNECTED if action == "accept" else DISCONNECTED
        return connection.status == done and self._policy().twice is RepeatAction.REPEATED

    def _status_refusal(self, connection: Connection, rule: str) -> Refusal:
        source, target = self._name(connection.source_id), self._name(connection.target_id)
        return Refusal(
            Category.RULE,
            f"The connection from {source} to {target} is {connection.status}. {rule}",
        )

    def _name(self, entity_id: str) -> str:
        return self._hierarchy.display_name(entity_id)


_PARTICIPLES: dict[Action, str] = {"accept": "accepted", "deny": "denied"}
