"""The commands that concern the tenant as a whole: its user, its lock, its faults."""

from typing import TYPE_CHECKING

from entity_connections.domain.actions import DisabledReason
from entity_connections.domain.risk import Risk
from entity_connections.domain.typed_name import TypedName
from entity_connections.services.workspace import Workspace
from entity_connections.tui.commands.command import Command, CommandContext
from entity_connections.tui.commands.row_actions import READ_ONLY
from entity_connections.tui.rendering.notices import Kind

if TYPE_CHECKING:
    from entity_connections.tui.screens.connections import ConnectionsScreen


def has_users(workspace: Workspace) -> bool:
    return bool(workspace.users)


def get_user_reason(context: CommandContext) -> DisabledReason | None:
    if has_users(context.workspace):
        return context.get_running_reason()
    return DisabledReason(
        "The credentials of this tenant decide who you are.",
        "Start the program with other credentials to work as somebody else.",
    )


def change_user(screen: "ConnectionsScreen") -> None:
    from entity_connections.tui.dialogs.picker import Choice, Picker

    view = screen.view
    choices = [Choice(name, name, note) for name, note in screen.workspace.users]

    def work_as(user: str | None) -> None:
        if user is not None and user != view.user:
            view.reading = True
            view.notice_bar.clear_notice()
            screen.reader.enter(user)

    screen.app.push_screen(Picker("Work as", choices, view.user), work_as)


def resume_run(screen: "ConnectionsScreen") -> None:
    if screen.state is not None:
        screen.writer.find_interrupted(screen.state)


def has_faults(workspace: Workspace) -> bool:
    return workspace.fault_switches is not None


def get_fault_reason(context: CommandContext) -> DisabledReason | None:
    if has_faults(context.workspace) and context.entered:
        return None
    return DisabledReason(
        "Only a fake tenant that is open has faults.",
        "Start without --profile and --base-url to open the one that is built in.",
    )


def switch_fault(screen: "ConnectionsScreen") -> None:
    from entity_connections.tui.dialogs.fault_picker import FaultPicker

    faults, view = screen.workspace.fault_switches, screen.view
    if faults is None:
        return

    def show_switched(name: str | None) -> None:
        if name is None:
            return
        if fault := faults.list_active().get(name):
            sentence = dict(faults.list_available())[name]
            view.notice_bar.show_notice(Kind.INFO, f"The fault {fault} is on.", sentence)
        else:
            view.notice_bar.show_notice(Kind.INFO, f"The fault {name} is off.")
        view.redraw()

    screen.app.push_screen(FaultPicker(faults), show_switched)


def can_be_locked(workspace: Workspace) -> bool:
    return workspace.lock.locked or workspace.risk is Risk.PRODUCTION


def get_unlock_reason(context: CommandContext) -> DisabledReason | None:
    if context.workspace.lock.permanent:
        return READ_ONLY
    if can_be_locked(context.workspace):
        return None
    return DisabledReason("Writes are not locked here.", "Only production starts locked.")


class UnlockCommand(Command):
    """The command that unlocks writes, and locks them again."""

    def get_label(self, context: CommandContext) -> str:
        can_lock = get_unlock_reason(context) is None and not context.workspace.lock.locked
        return "Lock writes again" if can_lock else self.label

    def in_key_bar(self, context: CommandContext) -> bool:
        return context.workspace.lock.locked and not context.workspace.lock.permanent


def unlock_writes(screen: "ConnectionsScreen") -> None:
    """Unlock writes after a confirmation, or lock them again without one."""
    from entity_connections.tui.dialogs.confirmation import Confirmation, Question

    workspace, view = screen.workspace, screen.view

    def show(sentence: str) -> None:
        if screen.state is not None:
            screen.state.apply_lock()
        view.notice_bar.show_notice(Kind.SUCCESS, sentence)
        view.redraw()

    def unlock(confirmed: bool | None) -> None:
        if confirmed:
            workspace.lock.unlock()
            show("Writes are unlocked until you quit; U locks them again.")

    if workspace.lock.locked:
        question = Question(
            "Unlock writes?",
            "Requests, accepts, denials and disconnections will be sent to this "
            f"{workspace.risk.value} tenant, each after a question of its own, until you quit or "
            "press U again. The top line shows it.",
            "Unlock writes",
            typed_name=TypedName(workspace.name),
            harmful=True,
        )
        screen.app.push_screen(Confirmation(screen, question), unlock)
    else:
        workspace.lock.lock()
        show("Writes are locked again.")
