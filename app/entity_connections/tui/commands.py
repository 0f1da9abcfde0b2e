"""Every user command once: bindings, palette, key bar, help and documentation read this.

A command that is impossible now is never hidden and never silent: it says why,
and what would make it possible.
"""

from collections.abc import Set as AbstractSet
from typing import NamedTuple

from entity_connections.domain.actions import (
    ACCEPT,
    DENY,
    DISCONNECT,
    REQUEST,
    Action,
    DisabledReason,
)
from entity_connections.domain.actions.default_action import default_action, usual_action
from entity_connections.domain.rows import Row


class Command(NamedTuple):
    """One thing a person can tell the program to do.

    Attributes:
        id: its name everywhere: binding, action, key map.
        key: the key, as Textual names it.
        label: what it is called in the palette and in the help.
        tooltip: what it does, in a few words.
        short: its word in the key bar; "" keeps it out of there.
        shown_key: the key as people write it, where that is not `key`.
        action: the action on a row that it starts, if any.
    """

    id: str
    key: str
    label: str
    tooltip: str
    short: str = ""
    shown_key: str = ""
    action: Action | None = None

    @property
    def key_name(self) -> str:
        """The key as people write it."""
        return self.shown_key or self.key


class CommandContext(NamedTuple):
    """What the gate of a command depends on.

    Attributes:
        row: the row under the cursor, if any.
        moved_reason: why that is another row than a person put the cursor on; "" where it is not.
        accessible_ids: ids of the entities the user may enter, None if unknown.
        role: what the user is in the acting entity, None if unknown.
        can_go_back: whether the other side of this row is where the person came from.
        entered: whether the tenant is open and the acting entity is chosen.
        loaded: whether there is a list on the screen, however old.
        sending: whether a write on this row is under way.
        unknown: whether nobody knows yet what became of one.
        lab: whether the tenant can have bad days on purpose.
        demo: whether this is the fake tenant, where the user can be changed.
        production: whether writes can be locked again once they are unlocked.
        locked: whether writes are refused.
        read_only: whether they are for as long as the program runs.
    """

    row: Row | None = None
    moved_reason: str = ""
    accessible_ids: AbstractSet[str] | None = None
    role: str | None = None
    can_go_back: bool = False
    entered: bool = False
    loaded: bool = False
    sending: bool = False
    unknown: bool = False
    lab: bool = False
    demo: bool = False
    production: bool = False
    locked: bool = False
    read_only: bool = False


COMMANDS = (
    Command(
        "request",
        "r",
        REQUEST.label,
        "Ask the target for a connection",
        short="Request",
        action=REQUEST,
    ),
    Command(
        "accept",
        "a",
        ACCEPT.label,
        "Accept the request that waits here",
        short="Accept",
        action=ACCEPT,
    ),
    Command(
        "deny",
        "d",
        DENY.label,
        "Deny the request that waits here",
        short="Deny",
        action=DENY,
    ),
    Command(
        "disconnect",
        "x",
        DISCONNECT.label,
        "End it for good: there is no way back",
        short="Disconnect",
        action=DISCONNECT,
    ),
    Command(
        "entity",
        "e",
        "Entity switcher",
        "Choose the entity to act in",
        short="Entity",
    ),
    Command(
        "filter",
        "slash",
        "Filter",
        "Show only rows that hold your words",
        short="Filter",
        shown_key="/",
    ),
    Command(
        "other_side",
        "g",
        "Other side",
        "Act as the entity of this row, and back",
        short="Other side",
    ),
    Command(
        "unlock",
        "U",
        "Unlock writes",
        "Let this program write to production",
        short="Unlock",
    ),
    Command(
        "help",
        "question_mark",
        "Help",
        "Every key, and what the signs mean",
        short="Help",
        shown_key="?",
    ),
    Command(
        "palette",
        "ctrl+p",
        "Commands",
        "Find a command by a part of its name",
        short="Commands",
    ),
    Command(
        "outbound",
        "o",
        "Share To (Outbound)",
        "Whom it shares to, or could",
    ),
    Command(
        "inbound",
        "i",
        "Share From (Inbound)",
        "Who shares to it, or asks to",
    ),
    Command("refresh", "ctrl+r", "Refresh", "Read everything from Zuora again"),
    Command("sort", "s", "Sort", "Sort by the next column"),
    Command("copy_id", "c", "Copy connection id", "Send its id to the clipboard"),
    Command("requests", "ctrl+l", "Requests", "The last calls to Zuora, with times and ids"),
    Command("journal", "J", "Journal", "Every write, and what became of it"),
    Command("user", "u", "Change user", "Work as another user of the fake tenant"),
    Command("faults", "F", "Faults", "Bad days of the fake tenant, on and off"),
    Command("theme", "t", "Theme", "Choose the colours"),
    Command("quit", "ctrl+q", "Quit", "Leave the program"),
)

BY_ID = {command.id: command for command in COMMANDS}

_NOTHING_YET = DisabledReason(
    "Nothing has been read yet.", "Wait for it, or read it again with ctrl+r."
)
_READ_ONLY = DisabledReason(
    "This profile is read-only.",
    "read_only says so in the profile; it changes there, not here.",
    "read-only",
)
_LOCKED = DisabledReason(
    "Writes are locked, as always at the start.", "Press U to unlock them.", "locked"
)


def label(command: Command, situation: CommandContext) -> str:
    """Return what a command is called now."""
    locks = command.id == "unlock" and situation.production and not situation.locked
    return "Lock writes again" if locks else command.label


def in_key_bar(command: Command, situation: CommandContext) -> bool:
    """Return whether the key bar has a place for a command, possible or not."""
    locked = situation.locked and not situation.read_only
    return bool(command.short) and (locked or command.id != "unlock")


def row_command(row: Row, situation: CommandContext) -> Command:
    """Return the command of the action that a row offers, or would offer."""
    action = default_action(row, situation.accessible_ids) or usual_action(row.direction)
    return next(command for command in COMMANDS if command.action is action)


def disabled_reason(command: Command, situation: CommandContext) -> DisabledReason | None:
    """Return why a command is impossible now, or None when it is possible."""
    if command.id == "unlock":
        return _why_not_unlock(situation)
    if command.id == "faults" and not (situation.lab and situation.entered):
        return DisabledReason(
            "Only a fake tenant has bad days on purpose, once it is open.",
            "Without --profile and --base-url the one that is built in opens.",
        )
    if command.id == "user" and not situation.demo:
        return DisabledReason(
            "The user comes with the credentials of this tenant.",
            "Start the program with other credentials to work as somebody else.",
        )
    if not situation.entered and command.id in ("entity", "filter", "sort", "outbound", "inbound"):
        return _NOTHING_YET
    if command.action is not None or command.id in ("other_side", "copy_id"):
        return _why_not_on_row(command, situation)
    return None


def _why_not_on_row(command: Command, situation: CommandContext) -> DisabledReason | None:
    if not situation.loaded:
        back = command.id == "other_side" and situation.can_go_back
        return None if back else _NOTHING_YET
    row = situation.row
    if row is None:
        return DisabledReason("There is no row here.", "If a filter hides them, escape clears it.")
    if situation.moved_reason and command.id != "copy_id":
        return DisabledReason(
            situation.moved_reason, "Put it on the row you mean, with an arrow key or a click."
        )
    if command.action is not None:
        if situation.sending:
            return DisabledReason("An action on this row is being sent.", "Wait for its outcome.")
        # A request may be asked for again: under its old key Zuora does it once.
        if situation.unknown and not command.action.idempotent:
            return DisabledReason(
                "Nobody knows yet what became of the last action on this row.",
                "The list is read until it tells; ctrl+r reads it now.",
            )
        reason = command.action.disabled_reason(row, situation.accessible_ids)
        return reason or write_reason(command.action, row, situation)
    if command.id == "other_side":
        return _why_not_other_side(row, situation.accessible_ids)
    if row.connection is None:
        return DisabledReason(
            "There is no connection in this row yet.", "It has an id once it is requested."
        )
    return None


def write_reason(action: Action, row: Row, situation: CommandContext) -> DisabledReason | None:
    """Return why nothing may be written to a row that would allow `action`, or None."""
    if situation.read_only:
        return _READ_ONLY
    reason = action.role_reason(row, situation.role)
    return reason or (_LOCKED if situation.locked else None)


def _why_not_unlock(situation: CommandContext) -> DisabledReason | None:
    if situation.read_only:
        return _READ_ONLY
    if situation.locked or situation.production:
        return None
    return DisabledReason("Writes are not locked here.", "Only production starts locked.")


def _why_not_other_side(row: Row, accessible_ids: AbstractSet[str] | None) -> DisabledReason | None:
    other = row.counterpart
    if not other.listed:
        return DisabledReason(
            "Zuora's list of entities does not hold this entity.", "Refresh with ctrl+r."
        )
    if not other.provisioned:
        return DisabledReason(
            f"{other.title} is not provisioned yet.",
            "A global administrator provisions it in Manage Entity Hierarchy.",
        )
    if accessible_ids is not None and other.id not in accessible_ids:
        return DisabledReason(
            f"You may not enter {other.title}.",
            f"An administrator of {other.title} grants access in Manage Users.",
        )
    return None
