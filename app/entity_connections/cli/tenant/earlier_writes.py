"""Looks up the writes of earlier programs that have no known outcome."""

import asyncio

from entity_connections.cli.output import info
from entity_connections.cli.tenant.session import TenantSession
from entity_connections.services.storage.journal import JournalError


async def look_up_earlier(session: TenantSession, *, writes: bool = False) -> None:
    """Look up what earlier programs have sent to this tenant, and tell it.

    `writes` says that the command writes. One that only reads goes on without the journal.

    Raises:
        JournalError: the journal cannot be used, and the command writes.
        ZuoraError: the entities, which nobody has read so far, cannot be read.
    """
    journal = session.workspace.journal
    try:
        if journal.path is None or not await asyncio.to_thread(journal.read_unresolved):
            return
        # A command that reads is faster without these, and seldom needs them.
        from entity_connections.services.operations.operation import State
        from entity_connections.services.operations.recovery import recover_operations

        for recovered in await recover_operations(session.tenant, journal):
            if recovered.state is not State.REPEATED:
                info(f"From an earlier run: {recovered.sentence}")
    except JournalError as error:
        if writes:
            raise
        info(f"entity-connections: {error}")
