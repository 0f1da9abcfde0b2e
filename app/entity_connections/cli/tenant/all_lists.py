"""Reads the lists of all entities for a command, and tells how far it is."""

from collections.abc import Callable

from entity_connections.cli.output import show_progress
from entity_connections.cli.tenant.session import TenantSession
from entity_connections.domain.errors import ZuoraError
from entity_connections.services.all_lists import list_readable_ids, read_lists
from entity_connections.services.snapshot import Snapshot


async def read_all_lists(
    session: TenantSession, is_enough: Callable[[Snapshot], bool] = lambda _: False
) -> dict[str, Snapshot | ZuoraError]:
    """Return the list of each entity that the user may enter, or why it could not be read.

    The entities must have been read before. `is_enough` is told of each list, and returns whether
    the others are not wanted.
    """
    tenant = session.tenant
    ids = list_readable_ids(tenant)
    number = 0

    def report(_id: str, result: Snapshot | ZuoraError) -> bool:
        nonlocal number
        number += 1
        show_progress(f"{number:,} of {len(ids):,} lists read")
        return isinstance(result, Snapshot) and is_enough(result)

    try:
        return await read_lists(ids, tenant, session.user_session.request_log, report)
    finally:
        show_progress("")
