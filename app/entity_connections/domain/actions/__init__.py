"""The actions on a row: Request Connection, Connect, Accept, Deny, Disconnect.

Screen, palette, help, key bar and one-shot commands read them. Connect is carried out by two
of the others, the writes, which dry run and journal read.
"""

from entity_connections.domain.actions.accept_and_deny import Accept, Deny
from entity_connections.domain.actions.action import Action as Action
from entity_connections.domain.actions.action import DisabledReason as DisabledReason
from entity_connections.domain.actions.action import Write as Write
from entity_connections.domain.actions.connect import Connect
from entity_connections.domain.actions.disconnect import Disconnect
from entity_connections.domain.actions.request import Request

REQUEST = Request()
ACCEPT = Accept()
DENY = Deny()
DISCONNECT = Disconnect()
CONNECT = Connect(REQUEST, ACCEPT)

WRITES: tuple[Write, ...] = (REQUEST, ACCEPT, DENY, DISCONNECT)
WRITES_BY_ID = {write.id: write for write in WRITES}
ACTIONS: tuple[Action, ...] = (REQUEST, CONNECT, ACCEPT, DENY, DISCONNECT)
ACTIONS_BY_ID = {action.id: action for action in ACTIONS}
