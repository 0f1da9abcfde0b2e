"""Every user command; `COMMANDS` is their order in palette, help and key bar."""

from functools import partial

from entity_connections.domain.connections import Direction
from entity_connections.tui.commands import acting_entity, marks, program, rows, tenant, waiting
from entity_connections.tui.commands.command import Command, CommandContext, Need
from entity_connections.tui.commands.row_actions import ACTION_COMMANDS, MANY_WORDS

# fmt: off
COMMANDS: tuple[Command, ...] = (
    *ACTION_COMMANDS.values(),
    Command("mark", "space", "Mark", "Mark this row, for actions on many, and go on",
            marks.mark_row, CommandContext.get_row_reason, short="Mark", needs=Need.ROWS,
            keywords=MANY_WORDS),
    Command("mark_all", "asterisk", "Mark all", "Mark all rows here that allow an action, or none",
            marks.mark_all, marks.get_mark_all_reason, needs=Need.ROWS,
            keywords=MANY_WORDS),
    Command("mark_down", "shift+down", "Mark downwards", "Mark rows while the cursor moves down",
            partial(marks.mark_range, 1), CommandContext.get_row_reason, needs=Need.ROWS),
    Command("mark_up", "shift+up", "Mark upwards", "Mark rows while the cursor moves up",
            partial(marks.mark_range, -1), CommandContext.get_row_reason, needs=Need.ROWS),
    Command("entity", "e", "Entity switcher", "Choose the entity to act in",
            acting_entity.switch_entity,
            short="Entity", needs=Need.ENTITIES, takes_following_keys=True),
    Command("waiting", "w", "What waits", "Requests in all entities that wait for an answer",
            waiting.show_waiting, short="Waiting", needs=Need.ENTITIES,
            keywords=f"waiting pending requests answer accept deny {MANY_WORDS}"),
    Command("filter", "slash", "Filter", "Show only rows that hold your words", rows.open_filter,
            short="Filter", needs=Need.ROWS, takes_following_keys=True),
    acting_entity.OtherSideCommand(
            "other_side", "g", "Other side", "Act as the entity of this row, and back",
            acting_entity.go_to_other_side, acting_entity.get_other_side_reason,
            short="Other side", needs=Need.ROW, takes_following_keys=True),
    tenant.UnlockCommand("unlock", "U", "Unlock writes", "Let this program write to production",
                         tenant.unlock_writes, tenant.get_unlock_reason, short="Unlock",
                         applies_to=tenant.can_be_locked),
    Command("help", "question_mark", "Help", "Every key, and what the signs mean",
            program.show_help, short="Help"),
    Command("palette", "ctrl+p", "Commands", "Find a command by a part of its name",
            program.show_palette, short="Commands", takes_following_keys=True),
    Command("next_tab", "tab", "Next tab", "From Share To to Share From, and back",
            rows.show_next_tab, short="Tab", needs=Need.ENTITIES),
    Command("outbound", "1", "Share To (Outbound)", "Entities that this one shares to, or could",
            partial(rows.show_tab, Direction.OUTBOUND), needs=Need.ENTITIES, keywords="tab"),
    Command("inbound", "2", "Share From (Inbound)", "Entities that share to this one, or ask to",
            partial(rows.show_tab, Direction.INBOUND), needs=Need.ENTITIES,
            keywords="tab waiting pending requests"),
    Command("status", "f", "Status filter", "Only Pending, then only Connected, …, then all",
            rows.show_next_status, short="Status", needs=Need.ROWS),
    Command("refresh", "ctrl+r", "Refresh", "Read everything from Zuora again", rows.refresh),
    Command("sort", "s", "Sort", "Sort by the next column", rows.sort, needs=Need.ROWS),
    Command("copy_id", "c", "Copy connection id", "Send its id to the clipboard",
            rows.copy_id, rows.get_copy_reason, needs=Need.ROWS),
    Command("calls", "ctrl+l", "Calls", "The last calls to Zuora, with times and ids",
            program.show_calls, keywords="log http requests"),
    Command("journal", "J", "Journal", "Every write, and what became of it", program.show_journal,
            keywords="history audit log"),
    Command("resume", "I", "Resume", "Finish a run that ended before everything was done",
            tenant.resume_run, CommandContext.get_running_reason, needs=Need.ENTITIES,
            keywords="interrupted run go on continue"),
    Command("user", "u", "Change user", "Work as another user of the fake tenant",
            tenant.change_user, tenant.get_user_reason, takes_following_keys=True,
            keywords="login role", applies_to=tenant.has_users),
    Command("faults", "F", "Faults", "Errors and delays of the fake tenant, on and off",
            tenant.switch_fault, tenant.get_fault_reason, takes_following_keys=True,
            keywords="error latency simulate", applies_to=tenant.has_faults),
    Command("walkthroughs", "W", "Walkthroughs", "Watch how it is done, on a fake tenant",
            program.show_walkthroughs, program.get_walkthrough_reason, takes_following_keys=True,
            keywords="tour demo tutorial", applies_to=program.has_walkthroughs),
    Command("theme", "t", "Theme", "Choose the colours",
            program.change_theme, takes_following_keys=True, keywords="color colours dark light"),
    Command("panes", "p", "Panes", "Tree and detail beside the rows, or not",
            program.toggle_panes, keywords="layout tree detail split"),
    Command("quit", "q", "Quit", "Leave the program", program.quit_program, short="Quit",
            keywords="exit close leave"),
)
# fmt: on

COMMANDS_BY_ID = {command.id: command for command in COMMANDS}
