"""`e`: chooses the acting entity."""

from typing import TYPE_CHECKING

from entity_connections.tui.commands.command import Command, Need

if TYPE_CHECKING:
    from entity_connections.tui.screens.connections import ConnectionsScreen


class SwitchEntity(Command):
    """Opens the entity switcher."""

    id, key, label, short = "entity", "e", "Entity switcher", "Entity"
    tooltip = "Choose the entity to act in"
    needs = Need.ENTITIES
    takes_following_keys = True
    needs_tenant = True

    def run(self, screen: "ConnectionsScreen") -> None:
        from entity_connections.tui.dialogs.entity_switcher import make_entity_switcher

        if screen.state is not None:
            screen.app.push_screen(make_entity_switcher(screen.state), screen.act_in)
