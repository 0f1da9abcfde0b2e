"""Completion of values in the shell, without any call to Zuora.

This module is imported with the options, so its own imports are made when they are needed.
"""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import click
    from click.shell_completion import CompletionItem

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_ENTITY_CONNECTIONS_COMPLETE"
"""Environment variable that a shell sets when it asks for completions."""

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .-]*")
"""Names that Zuora allows (contract C2); no shell receives any other name."""


def complete_profiles(
    _ctx: "click.Context", _param: "click.Parameter", incomplete: str
) -> "list[CompletionItem]":
    """Return the profiles of the config file that begin like this."""
    from entity_connections.settings.profiles import list_profile_names

    return filter_completions(incomplete, ((name, "") for name in list_profile_names()))


def complete_entities(
    ctx: "click.Context", _param: "click.Parameter", incomplete: str
) -> "list[CompletionItem]":
    """Return the entities of the tenant, as last read, that begin like this."""
    given = {name: value for name, value in ctx.params.items() if value is not None}
    options = {**ctx.find_root().params, **given}
    return filter_completions(incomplete, _list_entities(options))


def complete_users(
    _ctx: "click.Context", _param: "click.Parameter", incomplete: str
) -> "list[CompletionItem]":
    """Return the users of every scenario that begin like this."""
    from entity_connections.fake.scenarios.catalogue import USERS

    return filter_completions(incomplete, USERS.items())


def _list_entities(options: dict[str, str | None]) -> Iterable[tuple[str, str]]:
    """Return a word and what it stands for, for each entity of the chosen tenant."""
    name = options.get("profile")
    if name is None:
        name = options.get("base_url")
    if name is None:
        from importlib import import_module

        from entity_connections.fake.scenarios.catalogue import SCENARIOS

        scenario = options.get("scenario")
        if scenario is None:
            scenario = "acme"
        if options.get("tenant") is not None or scenario not in SCENARIOS:
            return  # a file is opened to work in it, not to guess
        module = f"entity_connections.fake.scenarios.builtin.{scenario.replace('-', '_')}"
        known = import_module(module).scenario().entities
    else:
        from entity_connections.services.storage.list_cache import ListCache
        from entity_connections.settings import paths

        known = ListCache(paths.state_file(), name.rstrip("/")).load_entities()
    for entity in known:
        if _PLAIN.fullmatch(entity.name):
            yield entity.name, entity.display_name if entity.display_name != entity.name else ""
        else:
            yield entity.id, entity.display_name


def filter_completions(incomplete: str, words: Iterable[tuple[str, str]]) -> "list[CompletionItem]":
    """Return the words that begin like this, with what is said about each."""
    from click.shell_completion import CompletionItem

    from entity_connections.domain.text import clean

    start = incomplete.casefold()
    return [
        CompletionItem(word, help=clean(about) or None)
        for word, about in words
        if word.casefold().startswith(start)
    ]
