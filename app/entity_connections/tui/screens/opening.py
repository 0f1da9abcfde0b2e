"""The commands that open something above the main screen; each is loaded when first asked for."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from entity_connections.domain.actions import Action
from entity_connections.domain.rows import Row
from entity_connections.services.operations.operation import Operation
from entity_connections.services.screen_state import Progress
from entity_connections.tui.dialogs.action_confirmation import Question
from entity_connections.tui.dialogs.picker import Choice, Chooser, pick
from entity_connections.tui.rendering.header import tenant_name
from entity_connections.tui.themes import THEMES

if TYPE_CHECKING:
    from entity_connections.tui.screens.connections import Connections


def entity(main: "Connections") -> None:
    """Open the entity switcher."""
    if main.desk is not None:
        from entity_connections.tui.dialogs.entity_switcher import entity_switcher

        main.app.push_screen(entity_switcher(main.desk), main.act_in)


def user(main: "Connections") -> None:
    """Choose another user of the fake tenant."""
    main.app.push_screen(pick("Work as", main.target.users, main.view.user), main.work_as)


def theme(main: "Connections") -> None:
    """Choose the colours, our own first."""
    app = main.app
    ours = [(theme.name, "") for theme in THEMES]
    names = {name for name, _ in ours}
    others = [(name, "of Textual") for name in app.available_themes if name not in names]

    def wear(name: str | None) -> None:
        if name is not None:
            app.theme = name

    app.push_screen(pick("Theme", ours + others, app.theme), wear)


def faults(main: "Connections") -> None:
    """Choose a fault of the fake tenant, to be switched on, or off when it is on."""
    switches, view = main.target.fault_switches, main.view
    if switches is None:
        return
    sentences, on = dict(switches.list_available()), switches.list_active()
    choices = [
        Choice(name, name, f"● on · {said}" if name in on else said, tone="warn" * (name in on))
        for name, said in sentences.items()
    ]

    def switch(name: str | None) -> None:
        if name is not None:
            switches.toggle(name)
            word = "on" if name in switches.list_active() else "off"
            view.say("why", f"The fault {name} is {word}.", *[sentences[name]] * (word == "on"))
            view.draw_lines()

    main.app.push_screen(Chooser("Faults of the fake tenant", choices), switch)


def help_(main: "Connections") -> None:
    """Show every key."""
    from entity_connections.tui.dialogs.help import Help

    main.app.push_screen(Help())


def unlock(main: "Connections") -> None:
    """Ask before writes are unlocked; lock them again without a question."""
    from entity_connections.tui.dialogs.unlock import Unlock

    lock, view = main.target.lock, main.view

    def answered(yes: bool | None) -> None:
        if yes:
            lock.unlock()
            view.say("good", "Writes are unlocked until you quit; U locks them again.")
            view.draw()

    if lock.locked:
        main.app.push_screen(Unlock(main.target, tenant_name(main.target)), answered)
    else:
        lock.lock()
        view.say("good", "Writes are locked again.")
        view.draw()


def requests(main: "Connections") -> None:
    """Open the request pane."""
    from entity_connections.tui.dialogs.requests import Requests

    def title_of(entity_id: str) -> str:
        desk = main.desk
        return desk.session.tenant.hierarchy.get(entity_id).title if desk else ""

    target, view = main.target, main.view
    options = tuple(view.user if one == target.user else one for one in target.options)
    main.app.push_screen(Requests(view, target.journal, options, title_of))


def journal(main: "Connections") -> None:
    """Open the journal."""
    from entity_connections.tui.dialogs.journal import JournalPane

    main.app.push_screen(JournalPane(main.target.journal))


def ask(main: "Connections", action: Action, row: Row) -> None:
    """Ask before `action` is carried out on `row` as it is now."""
    desk = main.desk
    if desk is None:
        return
    operation = Operation.plan(action, row)

    def answered(yes: bool | None) -> None:
        if yes and desk is main.desk and desk.progress(row) is not Progress.SENDING:
            desk.start_operation(operation)
            main.view.hush()
            main.view.draw()
            main.work.write(desk, operation)

    main.app.push_screen(Question(operation, tenant_name(main.target)), answered)


def palette(main: "Connections") -> None:
    """Find a command, or an entity to act in, by a part of its name."""
    from entity_connections.tui.dialogs.palette import COMMAND, ENTITY, command_palette

    def run(result: str | None) -> None:
        if result is None:
            return
        if result.startswith(COMMAND):
            # In the screen's own turn, once the dialog is gone.
            main.call_later(main.action_command, result.removeprefix(COMMAND))
        else:
            main.act_in(result.removeprefix(ENTITY))

    main.app.push_screen(command_palette(main.view.situation(), main.desk), run)


OPENS: dict[str, Callable[["Connections"], None]] = {
    "entity": entity,
    "user": user,
    "faults": faults,
    "theme": theme,
    "help": help_,
    "unlock": unlock,
    "requests": requests,
    "journal": journal,
    "palette": palette,
}
"""By the id of the command."""
