"""What the shell offers while something is typed; nothing is asked of Zuora for it.

Imported with the options, so everything it needs is imported when asked.
"""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import click
    from click.shell_completion import CompletionItem

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_ENTITY_CONNECTIONS_COMPLETE"
"""Set by the shell when it asks us."""

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .-]*")
"""What Zuora allows in names (contract C2); whatever else a name holds, no shell sees it."""


def profile_names(
    _ctx: "click.Context", _param: "click.Parameter", incomplete: str
) -> "list[CompletionItem]":
    """Return the profiles of the config file that begin like this."""
    from entity_connections.settings.profiles import list_profile_names

    return beginning(incomplete, ((one, "") for one in list_profile_names()))


def entity_names(
    ctx: "click.Context", _param: "click.Parameter", incomplete: str
) -> "list[CompletionItem]":
    """Return the entities of the tenant, as last read, that begin like this."""
    chosen = {**ctx.find_root().params, **{k: v for k, v in ctx.params.items() if v is not None}}
    return beginning(incomplete, _entities(chosen))


def user_names(
    _ctx: "click.Context", _param: "click.Parameter", incomplete: str
) -> "list[CompletionItem]":
    """Return the users of every scenario that begin like this."""
    from entity_connections.fake.scenarios.scenarios import USERS

    return beginning(incomplete, USERS.items())


def register() -> None:
    """Answer bash in a way that names with spaces survive."""
    from click.shell_completion import add_completion_class

    from entity_connections.cli.completion.command import SafeBash

    add_completion_class(SafeBash)


def _entities(chosen: dict[str, str | None]) -> Iterable[tuple[str, str]]:
    """Return a word and what it stands for, for each entity of the chosen tenant."""
    name = chosen.get("profile")
    if name is None:
        name = chosen.get("base_url")
    if name is None:
        from importlib import import_module

        from entity_connections.fake.scenarios.scenarios import SCENARIOS

        scenario = chosen.get("scenario")
        if scenario is None:
            scenario = "acme"
        if chosen.get("tenant") is not None or scenario not in SCENARIOS:
            return  # a file is opened to work in it, not to guess
        module = f"entity_connections.fake.scenarios.data.{scenario.replace('-', '_')}"
        known = import_module(module).scenario().entities
    else:
        from entity_connections.services.storage.list_cache import ListCache
        from entity_connections.settings import paths as places

        known = ListCache(places.state_file(), name.rstrip("/")).load_entities()
    for entity in known:
        if _PLAIN.fullmatch(entity.name):
            yield entity.name, entity.display_name if entity.display_name != entity.name else ""
        else:
            yield entity.id, entity.display_name


def beginning(incomplete: str, words: Iterable[tuple[str, str]]) -> "list[CompletionItem]":
    """Return the words that begin like this, with what is said about each."""
    from click.shell_completion import CompletionItem

    from entity_connections.domain.text import clean

    start = incomplete.casefold()
    return [
        CompletionItem(word, help=clean(about) or None)
        for word, about in words
        if word.casefold().startswith(start)
    ]
