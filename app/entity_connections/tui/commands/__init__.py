"""Every user command, a class each; `COMMANDS` is their order in palette, help and key bar."""

from entity_connections.domain.connections import Direction
from entity_connections.tui.commands.command import Command
from entity_connections.tui.commands.other_side import OtherSide
from entity_connections.tui.commands.program import (
    ChangeTheme,
    Quit,
    ShowHelp,
    ShowJournal,
    ShowPalette,
    ShowRequests,
)
from entity_connections.tui.commands.row_actions import ACTION_COMMANDS
from entity_connections.tui.commands.rows import CopyId, Filter, Refresh, ShowTab, Sort
from entity_connections.tui.commands.switch_entity import SwitchEntity
from entity_connections.tui.commands.tenant import ChangeUser, SwitchFault, UnlockWrites

COMMANDS: tuple[Command, ...] = (
    *ACTION_COMMANDS.values(),
    SwitchEntity(),
    Filter(),
    OtherSide(),
    UnlockWrites(),
    ShowHelp(),
    ShowPalette(),
    ShowTab(Direction.OUTBOUND, "o", "Share To (Outbound)", "Whom it shares to, or could"),
    ShowTab(Direction.INBOUND, "i", "Share From (Inbound)", "Who shares to it, or asks to"),
    Refresh(),
    Sort(),
    CopyId(),
    ShowRequests(),
    ShowJournal(),
    ChangeUser(),
    SwitchFault(),
    ChangeTheme(),
    Quit(),
)

COMMANDS_BY_ID = {command.id: command for command in COMMANDS}
