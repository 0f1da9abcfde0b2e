"""The actions on a row: Request Connection, Accept, Deny, Disconnect.

Screen, palette, help, key bar, one-shot commands, dry run and journal read them.
"""

from entity_connections.domain.actions.accept_and_deny import Accept, Deny
from entity_connections.domain.actions.action import Action as Action
from entity_connections.domain.actions.action import DisabledReason as DisabledReason
from entity_connections.domain.actions.action import End as End
from entity_connections.domain.actions.disconnect import Disconnect
from entity_connections.domain.actions.request import Request

REQUEST = Request()
ACCEPT = Accept()
DENY = Deny()
DISCONNECT = Disconnect()

ACTIONS: tuple[Action, ...] = (REQUEST, ACCEPT, DENY, DISCONNECT)
ACTIONS_BY_ID = {action.id: action for action in ACTIONS}
