"""The state of a tenant, as its rules and its API use it."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from entity_connections.fake.policy import Policy
from entity_connections.fake.state import tenant_settings
from entity_connections.fake.state.connections import Connections
from entity_connections.fake.state.hierarchy import Hierarchy
from entity_connections.fake.state.users import Users


@dataclass
class TenantState:
    """The tables of a tenant, and where its time and new ids come from: see `open_tenant`."""

    db: sqlite3.Connection
    clock: Callable[[], float]
    new_id: Callable[[], str]
    new_trace: Callable[[], str]

    def __post_init__(self) -> None:
        self.hierarchy = Hierarchy(self.db)
        self.connections = Connections(self.db)
        self.users = Users(self.db)

    def policy(self) -> Policy:
        """Return the policy of the moment."""
        return tenant_settings.read_policy(self.db)

    def tenant_id(self) -> str:
        """Return Zuora's number of the tenant, as text."""
        return str(tenant_settings.read(self.db, tenant_settings.TENANT_ID))
