"""The command palette: every command of the registry, and every entity to act in."""

from collections.abc import Iterator
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from app.commands import COMMANDS, Command, label, why_not
from app.domain.entities import Entity
from app.tui.screens.connections import Connections


class Palette(Provider):
    """Finds commands and entities; names are literal text, found by a part of them."""

    @property
    def _connections(self) -> Connections | None:
        return self.screen if isinstance(self.screen, Connections) else None

    async def discover(self) -> Hits:
        """Offer every command before anything is typed."""
        if screen := self._connections:
            situation = screen.view.situation()
            for command in sorted(COMMANDS, key=lambda one: bool(why_not(one, situation))):
                run = partial(screen.action_command, command.id)
                yield DiscoveryHit(
                    self._label(screen, command), run, text=command.label, help=command.tooltip
                )

    async def search(self, query: str) -> Hits:
        """Offer what has the query in its name."""
        matcher = self.matcher(query)
        if not (screen := self._connections):
            return
        for command in COMMANDS:
            if (score := matcher.match(f"{command.label} {command.short}")) > 0:
                run = partial(screen.action_command, command.id)
                label = self._label(screen, command)
                yield Hit(score, label, run, text=command.label, help=command.tooltip)
        for entity in _entities(screen):
            if (score := matcher.match(entity.title)) > 0:
                run = partial(screen.act_in, entity.id)
                yield Hit(score / 2, Content(f"Act in {entity.title}"), run, text=entity.title)

    def _label(self, screen: Connections, command: Command) -> Content:
        situation = screen.view.situation()
        reason, name = why_not(command, situation), label(command, situation)
        key = Content.styled(f"  {command.key_name}", "$text-accent")
        if reason is None:
            return Content(name) + key
        why = Content.styled(f"  {reason.reason}", "dim not bold")
        return Content.styled(name, "dim not bold") + key + why


def _entities(screen: Connections) -> Iterator[Entity]:
    if screen.desk is not None:
        tenant = screen.desk.access.tenant
        yield from (one for one in tenant.hierarchy if tenant.can_act_in(one.id))
