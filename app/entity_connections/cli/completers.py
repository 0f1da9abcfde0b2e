"""Completion of values in the shell, without any call to Zuora.

This module is imported with the options, so heavy imports are made when they are needed.
"""

import re
from collections.abc import Iterable
from typing import Any

import click
from click.shell_completion import CompletionItem

from entity_connections.domain.text import clean
from entity_connections.fake.scenarios.catalogue import SCENARIOS, USERS

VARIABLE = "_ENTITY_CONNECTIONS_COMPLETE"
"""Environment variable that a shell sets when it asks for completions."""

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .-]*")
"""Names that Zuora allows (contract C2); no shell receives any other name."""


def filter_completions(incomplete: str, words: Iterable[tuple[str, str]]) -> list[CompletionItem]:
    """Return the words that begin like this, with what is said about each."""
    start = incomplete.casefold()
    return [
        CompletionItem(word, help=clean(about) or None)
        for word, about in words
        if word.casefold().startswith(start)
    ]


def complete_profiles(
    _ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the profiles of the config file that begin like this."""
    from entity_connections.settings.profiles import list_profile_names

    return filter_completions(incomplete, ((name, "") for name in list_profile_names()))


def complete_users(
    _ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the users of every scenario that begin like this."""
    return filter_completions(incomplete, USERS.items())


def complete_entities(
    ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the entities of the tenant, as last read, that begin like this."""
    given = {name: value for name, value in ctx.params.items() if value is not None}
    return filter_completions(incomplete, _list_entities({**ctx.find_root().params, **given}))


def _list_entities(options: dict[str, Any]) -> Iterable[tuple[str, str]]:
    """Return a word and what it stands for, for each entity of the chosen tenant."""
    profile = options.get("profile") or options.get("base_url")
    scenario = options.get("scenario") or "acme"
    if profile:
        from entity_connections.services.storage.list_cache import ListCache
        from entity_connections.settings import paths

        entities = tuple(ListCache(paths.state_file(), profile.rstrip("/")).load_hierarchy())
    elif options.get("tenant") or scenario not in SCENARIOS:
        return  # a file is opened to work in it, not to guess
    else:
        from importlib import import_module

        module = f"entity_connections.fake.scenarios.builtin.{scenario.replace('-', '_')}"
        entities = import_module(module).scenario().entities
    for entity in entities:
        if _PLAIN.fullmatch(entity.name):
            yield entity.name, entity.display_name if entity.display_name != entity.name else ""
        else:
            yield entity.id, entity.display_name
