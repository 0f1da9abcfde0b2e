"""Who may do what to a connection, and what becomes of it (contract D1, D5)."""

import sqlite3
from collections.abc import Callable
from typing import Literal

from entity_connections.fake.api.answers import Category, Refusal
from entity_connections.fake.rules.choices import (
    Again,
    Answering,
    BothWays,
    Denied,
    Duplicate,
    Ended,
    OwnRequest,
    Twice,
    Withdrawal,
)
from entity_connections.fake.rules.policy import Policy
from entity_connections.fake.scenarios.model import (
    ADMINISTRATOR,
    CONNECTED,
    DISCONNECTED,
    PENDING,
    PROVISIONED,
    Caller,
    Connection,
)
from entity_connections.fake.state.connections import Connections
from entity_connections.fake.state.hierarchy import Hierarchy

Action = Literal["accept", "deny", "disconnect"]


class Rules:
    """The four changes of a connection; each is called inside a transaction.

    Every method raises `Refusal` when a rule forbids the change. Permission is
    looked at before state, so a caller learns nothing about what is none of
    their business.
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
        """Request a connection from the acting entity to `target_id`; return its id."""
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
            living = self._connections.living(caller.entity_id, target_id)
            if living is None:
                raise
            if self._policy().duplicate is Duplicate.SAME_ID:
                return living.id
            raise self._second(living) from None

    def act(self, caller: Caller, action: Action, id_: str) -> None:
        """Accept, deny or disconnect the connection `id_`."""
        connection = self._connections.get(id_)
        if connection is None:
            raise Refusal(Category.NOT_FOUND, f"There is no connection {id_[:64]}.")
        if action == "disconnect":
            self._disconnect(caller, connection)
            return
        self._check_answers(caller, connection, action)
        if connection.status != PENDING:  # done before, and the policy has let it pass
            return
        if action == "accept":
            self._connections.set_status(id_, CONNECTED)
        elif self._policy().denied is Denied.REMOVED:
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
        if policy.both_ways is BothWays.REFUSED:
            opposite = self._connections.living(target_id, source_id)
            if opposite is not None:
                raise self._second(opposite)
        if policy.again is Again.SAME_RECORD:
            ended = self._connections.last_ended(source_id, target_id)
            if ended is not None:
                self._connections.set_status(ended.id, status)
                return ended.id
        id_ = self._new_id()
        self._connections.add(id_, source_id, target_id, status)
        return id_

    def _second(self, living: Connection) -> Refusal:
        source, target = self._name(living.source_id), self._name(living.target_id)
        return Refusal(
            Category.RULE,
            f"The connection from {source} to {target} is already {living.status}."
            " A pair of entities can have one at a time.",
        )

    def _check_answers(self, caller: Caller, connection: Connection, action: Action) -> None:
        target = self._name(connection.target_id)
        places = {connection.target_id}
        if self._policy().answering is Answering.ALLOWED:
            places.add(connection.source_id)
        if caller.entity_id not in places or caller.role != ADMINISTRATOR:
            raise Refusal(
                Category.PERMISSION,
                f"Only an administrator of {target}, acting in {target}, may {action}"
                f" the request from {self._name(connection.source_id)}.",
            )
        if connection.status != PENDING and not self._is_repeated(connection, action):
            raise self._wrong_state(connection, f"Only a Pending request can be {_DONE[action]}.")

    def _disconnect(self, caller: Caller, connection: Connection) -> None:
        ends = (connection.source_id, connection.target_id)
        if caller.entity_id not in ends or caller.role != ADMINISTRATOR:
            source, target = map(self._name, ends)
            raise Refusal(
                Category.PERMISSION,
                f"Only an administrator of {source} or {target}, acting there,"
                " may disconnect the two.",
            )
        withdrawn = (
            connection.status == PENDING
            and caller.entity_id == connection.source_id
            and self._policy().withdrawal is Withdrawal.ALLOWED
        )
        if self._is_repeated(connection, "disconnect"):
            return
        if connection.status != CONNECTED and not withdrawn:
            raise self._wrong_state(connection, "Only a Connected one can be disconnected.")
        if self._policy().ended is Ended.REMOVED:
            self._connections.remove(connection.id)
        else:
            self._connections.set_status(connection.id, DISCONNECTED)

    def _is_repeated(self, connection: Connection, action: Action) -> bool:
        done = CONNECTED if action == "accept" else DISCONNECTED
        return connection.status == done and self._policy().twice is Twice.REPEATED

    def _wrong_state(self, connection: Connection, rule: str) -> Refusal:
        source, target = self._name(connection.source_id), self._name(connection.target_id)
        return Refusal(
            Category.RULE,
            f"The connection from {source} to {target} is {connection.status}. {rule}",
        )

    def _name(self, entity_id: str) -> str:
        return self._hierarchy.display_name(entity_id)


_DONE: dict[Action, str] = {"accept": "accepted", "deny": "denied"}
