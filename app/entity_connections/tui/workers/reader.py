"""Opens the tenant and reads its lists, in workers of the app: no dialog cancels them."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from entity_connections.domain.errors import NoResponse, ZuoraError
from entity_connections.services.all_lists import read_lists
from entity_connections.services.operations.operation import Operation
from entity_connections.services.screen_state import ScreenState
from entity_connections.services.snapshot import Snapshot
from entity_connections.services.storage.journal import JournalError
from entity_connections.services.storage.list_cache import CachedLists
from entity_connections.services.workspace import UserSession
from entity_connections.services.write_lock import WriteLock
from entity_connections.tui.rendering.notices import (
    Kind,
    Lifetime,
    format_keys,
    make_resolved_notice,
)
from entity_connections.tui.workers.auto_refresh import AutoRefresh
from entity_connections.tui.workers.groups import (
    ENTERING,
    READING,
    READING_LISTS,
    is_running,
    start_worker,
)

if TYPE_CHECKING:
    from entity_connections.tui.screens.connections import ConnectionsScreen

REPORT_INTERVAL = 0.2
"""Seconds between two drawings of the lists of many entities."""


class Reader:
    """Opens the tenant of the main screen, reads its lists, and shows what has come of that."""

    def __init__(self, screen: "ConnectionsScreen") -> None:
        self._app = screen.app
        self._screen = screen
        self._view = screen.view
        self._workspace = screen.workspace
        self._session: tuple[str, UserSession] | None = None
        self._cache_checked = False
        self._refresher = AutoRefresh(screen.view, self)

    @property
    def reading(self) -> bool:
        return is_running(self._app, ENTERING, READING)

    def enter(self, user: str) -> None:
        """Open the tenant as a user and read the first list."""
        self._app.workers.cancel_group(self._app, READING_LISTS)
        start_worker(self._app, partial(self._enter, user), ENTERING, exclusive=True)

    def read(self, state: ScreenState, *, entities: bool = False) -> None:
        """Read the list of the acting entity, and before it the hierarchy if `entities`."""
        start_worker(self._app, partial(self._read, state, entities), READING, exclusive=True)

    def read_lists(self, state: ScreenState, ids: Sequence[str]) -> None:
        """Read the lists of many entities, unless such are being read already."""
        if ids and not is_running(self._app, READING_LISTS):
            state.start_reading_lists(len(ids))
            start_worker(self._app, partial(self._read_lists, state, ids), READING_LISTS)

    def give_up(self) -> None:
        """Cancel what is being read, and show that the user has given up waiting."""
        for group in (ENTERING, READING):
            self._app.workers.cancel_group(self._app, group)
        kind = ZuoraError if self._view.request_log is None else NoResponse  # nothing was asked yet
        self._show_failure(kind("You gave up waiting."))

    async def save_lists(self) -> None:
        """Keep the lists for the next start, if there are new ones."""
        if (state := self._view.state) is not None and state.session.tenant.has_unsaved_lists:
            save = state.session.tenant.save_cache
            await asyncio.to_thread(save, state.acting_id, state.direction)

    # Opening the tenant

    async def _enter(self, user: str) -> None:
        try:
            session = await self._open_session(user)
            tenant, state, start = session.tenant, self._view.state, session.start
            if state is not None and state.session is not session:
                state = None  # that of the user before
            before = state.acting_id if state else ""
            if state and not (start and before == tenant.find_id(start)):
                start = before  # where the last run ended, or where the user has gone meanwhile
            acting_id = await tenant.open(start)
            moved = state is not None and state.acting_id == before != acting_id
            if state is None or (start == session.start and moved):
                # In the cache, the name of the start entity belonged to another entity.
                state = ScreenState(session, acting_id, lock=self._workspace.lock)
            elif tenant.can_act_in(state.acting_id):
                acting_id = state.acting_id
            recovered, interrupted, problem = await self._screen.writer.recover(session)
            if state is not self._view.state:
                self._show_state(user, state)
            elif not tenant.can_act_in(state.acting_id):
                state.act_in(acting_id)
            self._show_entered(state, recovered, problem)
            self._screen.writer.ask_about_interrupted(interrupted)
            await self._read_list(state, acting_id)
        except ZuoraError as error:
            self._show_enter_failed(user, error)

    async def _open_session(self, user: str) -> UserSession:
        """Return the session of a user, opened once; show the lists of an earlier run."""
        if self._session is None or self._session[0] != user:
            self._session = (user, await self._workspace.enter(user))
            self._cache_checked = False
        session = self._session[1]
        if self._cache_checked:
            return session
        self._view.request_log = session.request_log
        cached = await asyncio.to_thread(session.tenant.restore_cache)
        lock = self._workspace.lock
        if cached is not None and (state := _make_cached_state(session, cached, lock)) is not None:
            unresolved = await self._screen.writer.read_unresolved(session.tenant.hierarchy)
            self._show_state(user, state)
            state.update_unresolved(unresolved)
        self._cache_checked = True  # not before the end: a cancelled check is repeated
        return session

    def _show_state(self, user: str, state: ScreenState) -> None:
        """Show the lists of another user; the question that is open is about the user before."""
        self._view.user, self._view.state, self._view.entered = user, state, False
        self._view.notice_bar.clear_notice()
        if (dialog := self._app.screen) is not self._screen:
            from entity_connections.tui.dialogs.action_confirmation import ActionConfirmation
            from entity_connections.tui.dialogs.plan_preview import PlanPreview

            if isinstance(dialog, ActionConfirmation | PlanPreview):
                dialog.invalidated = "You work as another user now."

    def _show_entered(
        self, state: ScreenState, recovered: Sequence[Operation], problem: str
    ) -> None:
        """Show that the tenant is open, and what has become of the writes of earlier runs.

        Args:
            state: what is shown.
            recovered: operations of earlier runs that were looked up.
            problem: why they could not be looked up, in a sentence, or "".
        """
        self._view.entered = True
        self._clear_failure()
        self._screen.writer.read_history()
        self._refresher.read_all_lists_soon()
        state.update_unresolved(recovered)
        start_problem = state.session.tenant.start_problem
        lines = [start_problem, problem]
        if start_problem and (keys := self._screen.clear_input()):
            lines.insert(1, f"Not used, because they were typed before: {format_keys(keys)}.")
        resolved = make_resolved_notice(recovered)
        if any(lines):
            lines += resolved.lines if resolved else ()
            self._view.notice_bar.show_notice(Kind.ERROR, *lines)
        elif resolved:
            self._view.notice_bar.notice = resolved

    def _show_enter_failed(self, user: str, error: ZuoraError) -> None:
        state = self._view.state
        if state is None or user == self._view.user:
            self._show_failure(error)
        else:  # the user before goes on
            self._refresher.pause(error)
            self._view.reading = False
            self._view.request_log = state.session.request_log
            self._view.show_error(error)

    # Reading lists

    async def _read(self, state: ScreenState, entities: bool) -> None:
        own_ids = state.runs.unresolved.entry_ids()
        await self._read_list(state, state.acting_id, entities=entities)
        if entities:  # other programs may have left operations open meanwhile
            with suppress(JournalError):
                await self._screen.writer.look_up_others(state, own_ids)

    async def _read_list(
        self, state: ScreenState, acting_id: str, *, entities: bool = False
    ) -> None:
        tenant = state.session.tenant
        try:
            if entities:
                await tenant.read_entities(acting_id)
            snapshot = await tenant.read(acting_id)
        except ZuoraError as error:
            if state is self._view.state and acting_id == state.acting_id:
                self._show_failure(error)
            return
        self._show_list(state, snapshot)
        for other_id in state.runs.unresolved.acting_ids(excluding=state.acting_id):
            with suppress(ZuoraError):  # the outcome stays unknown
                self._show_list(state, await tenant.read(other_id))
        await self.save_lists()

    def _show_list(self, state: ScreenState, snapshot: Snapshot) -> None:
        if state is not self._view.state:
            return
        self._view.reading = False
        self._clear_failure()
        before = state.snapshot
        state.apply(snapshot)
        if before and state.snapshot and before.connections != state.snapshot.connections:
            self._view.notice_bar.expire_notice(Lifetime.UNTIL_LIST_CHANGES)
        self._screen.writer.handle_new_list(state)

    async def _read_lists(self, state: ScreenState, ids: Sequence[str]) -> None:
        session, left = state.session, len(ids)
        now = asyncio.get_running_loop().time
        lists: dict[str, Snapshot | ZuoraError] = {}
        shown_at = now()

        def show(left: int) -> None:
            nonlocal lists, shown_at
            if state is self._view.state:
                state.apply_lists(lists, left)
                self._screen.writer.handle_new_list(state)
            lists, shown_at = {}, now()

        def report(id_: str, found: Snapshot | ZuoraError) -> None:
            nonlocal left
            left -= 1
            lists[id_] = found
            if now() - shown_at >= REPORT_INTERVAL:
                show(left)

        try:
            await read_lists(ids, session.tenant, session.request_log, report)
        except asyncio.CancelledError:
            state.apply_lists(lists, 0)
            raise
        show(0)
        await self.save_lists()

    # Failures

    def _show_failure(self, error: ZuoraError) -> None:
        """Show why reading failed; in a notice too if the user has asked for it."""
        view, state = self._view, self._view.state
        asked, view.reading = view.reading, False
        self._refresher.pause(error)
        if state is None:
            view.failure = error
            return
        state.fail(error)
        if asked and state.snapshot is not None:
            view.show_error(error)

    def _clear_failure(self) -> None:
        self._view.failure = self._view.retry_at = None
        self._view.notice_bar.expire_notice(Lifetime.UNTIL_READ)


def _make_cached_state(
    session: UserSession, cached: CachedLists, lock: WriteLock
) -> ScreenState | None:
    """Return a state with the list of the entity to act in, or None if it is not in the cache."""
    tenant, start = session.tenant, session.start
    acting_id = tenant.find_id(start) if start else cached.acting_id
    if not acting_id or (snapshot := tenant.cached(acting_id)) is None:
        return None
    state = ScreenState(session, acting_id, direction=cached.direction, lock=lock)
    state.apply(snapshot)
    return state
