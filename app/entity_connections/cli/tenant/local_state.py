"""Opens the journal, the last lists and the token of a tenant in the folders of this machine."""

from pathlib import Path

from entity_connections.services.storage.journal import Journal
from entity_connections.services.storage.list_cache import ListCache
from entity_connections.services.storage.token_cache import TokenCache
from entity_connections.settings.errors import NoHomeError
from entity_connections.settings.paths import FOLDERS_REMEDY, anchor_file, state_file


def open_journal(profile: str, tenant: str, process_id: str | None = None) -> Journal:
    """Return the journal on the disk; without a home directory it refuses to record anything.

    For the arguments see `Journal`.

    Raises:
        SettingsError: a variable that names a folder cannot be used.
    """
    try:
        path, anchor, problem = state_file(), anchor_file(), ""
    except NoHomeError as error:
        path, anchor, problem = None, None, f"The journal has no place. {error}"
    return Journal(
        path,
        profile,
        tenant,
        process_id=process_id,
        anchor=anchor,
        problem=problem,
        remedy=FOLDERS_REMEDY,
    )


def open_list_cache(profile: str, tenant: str | None = None) -> ListCache:
    """Return the lists last read; without a home directory they are kept in memory."""
    return ListCache(_find_state_file(), profile, tenant)


def open_token_cache(base_url: str, client_id: str) -> TokenCache:
    """Return the token of an OAuth client; without a home directory none is kept."""
    return TokenCache(_find_state_file(), base_url, client_id)


def _find_state_file() -> Path | None:
    try:
        return state_file()
    except NoHomeError:
        return None
