"""Types of values that the shell completes, without any call to Zuora.

An option gets its completion with its type: `type=ENTITY`. This module is imported with the
options, so heavy imports are made when they are needed.
"""

import re
import warnings
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from entity_connections.domain.text import clean
from entity_connections.fake.scenarios.catalogue import SCENARIOS, USERS, check_scenario

if TYPE_CHECKING:
    from entity_connections.domain.connections import Connection
    from entity_connections.domain.entities import Hierarchy
    from entity_connections.fake.model import Scenario

VARIABLE = "_ENTITY_CONNECTIONS_COMPLETE"
"""Environment variable that a shell sets when it asks for completions."""
THEMES = ("dark", "light", "high-contrast", "colour-blind-safe")
"""Names of the themes of this program; importing them from the screen would load Textual."""

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .-]*")
"""Names that Zuora allows (contract C2); no shell receives any other name."""
_BUSY_TIMEOUT = 0.5
"""Seconds to wait for a tenant file that another program writes to."""

Words = Iterable[tuple[str, str]]
"""Words that can be typed, with what is said about each, or ""."""


class CompletedText(click.ParamType[str]):
    """A text that the shell completes with the words that a function lists.

    Args:
        name: what it is; the help shows it in capitals where the option has no `metavar`.
        list_words: returns the words that fit what was typed so far.
        convert: returns the value of a text, or raises ValueError with a sentence.
        or_file: whether the shell completes file names where no word fits.
    """

    def __init__(
        self,
        name: str,
        list_words: Callable[[click.Context], Words],
        convert: Callable[[str], str] = str,
        *,
        or_file: bool = False,
    ) -> None:
        self.name = name
        self._list_words = list_words
        self._convert = convert
        self._or_file = or_file

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the value of a text; click.BadParameter if it has none."""
        try:
            return self._convert(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return the words that begin like this, without those given to this option before."""
        repeatable = param.nargs == -1 or getattr(param, "multiple", False)
        given = (ctx.params.get(param.name or "") or ()) if repeatable else ()
        words = ((word, about) for word, about in self._list_words(ctx) if word not in given)
        completions = filter_completions(incomplete, words)
        if self._or_file and not completions:
            return [CompletionItem(incomplete, type="file")]
        return completions


def filter_completions(incomplete: str, words: Words) -> list[CompletionItem]:
    """Return the words that begin like this, with what is said about each."""
    from entity_connections.domain.text_search import fold

    start = fold(incomplete)
    return [
        CompletionItem(word, help=clean(about) or None)
        for word, about in words
        if fold(word).startswith(start)
    ]


def _list_profiles(_ctx: click.Context) -> Words:
    from entity_connections.settings.profiles import list_profile_names

    return ((name, "") for name in list_profile_names())


def _list_faults(_ctx: click.Context) -> Words:
    from entity_connections.fake.faults.catalogue import FAULTS, parse_fault

    return ((name, parse_fault(name).sentence) for name in FAULTS)


def _shorten_fault(text: str) -> str:
    from entity_connections.fake.faults.catalogue import parse_fault

    try:
        return str(parse_fault(text))
    except ValueError as error:
        raise ValueError(f"{error} `serve --faults` explains them.") from error


def _list_policies(_ctx: click.Context) -> Words:
    from entity_connections.fake.policy import OPTIONS, list_policies

    for row in list_policies():
        yield f"{row.name}={OPTIONS[row.name][0]}", f"{row.question}: {row.choice}"
        for switch, behaviour in row.others.items():
            yield switch, f"{row.question}: {behaviour}"


def _check_policy(text: str) -> str:
    from entity_connections.fake.policy import Policy

    Policy().with_options([text])
    return text


def _list_entities(ctx: click.Context) -> Words:
    for entity in _load_lists(_find_options(ctx))[0]:
        if _PLAIN.fullmatch(entity.name):
            yield entity.name, entity.display_name if entity.display_name != entity.name else ""
        else:
            yield entity.id, entity.display_name


def _list_connections(ctx: click.Context) -> Words:
    """Return the id of each connection, as last read, to which the command can be applied."""
    from entity_connections.domain.actions import WRITES_BY_ID
    from entity_connections.domain.connections import Direction
    from entity_connections.domain.rows import group_by_pair, make_row
    from entity_connections.services.entity_lookup import EntityLookupError, find_entity

    action, options = WRITES_BY_ID[ctx.info_name or ""], _find_options(ctx)
    hierarchy, connections = _load_lists(options)
    chosen = None
    if options.get("entity"):
        try:
            chosen = find_entity(options["entity"], hierarchy).id
        except EntityLookupError:
            return ()
    records = group_by_pair(connections)
    words = {}  # either end may be able to disconnect
    for ends, direction in product(records, action.directions):
        acting_id, key = ends if direction is Direction.OUTBOUND else ends[::-1]
        row = make_row(direction, acting_id, hierarchy, records, key)
        is_acting = chosen in (None, acting_id) and not row.acting.no_access_reason
        if is_acting and not action.disabled_reason(row):
            words[row.connection_id] = f"{row.pair}, {row.status}"
    return words.items()


def _find_options(ctx: click.Context) -> dict[str, Any]:
    """Return the values that were typed; those of a command replace those before its name."""
    before = _find_options(ctx.parent) if ctx.parent else {}
    return before | {name: value for name, value in ctx.params.items() if value}


def _load_lists(options: Mapping[str, Any]) -> "tuple[Hierarchy, Iterable[Connection]]":
    """Return the entities and the connections of the chosen tenant, as last read."""
    from entity_connections.domain.entities import Entity, Hierarchy

    if profile := options.get("profile") or options.get("base_url"):
        from entity_connections.cli.tenant.local_state import open_list_cache

        if lists := open_list_cache(profile.rstrip("/")).load():
            oldest_first = reversed(lists.snapshots)  # both ends list a connection
            newest = {record.id: record for shot in oldest_first for record in shot.connections}
            return lists.hierarchy, newest.values()
        return Hierarchy(), ()
    try:
        with warnings.catch_warnings(action="ignore"):
            scenario = _load_scenario(options)
    except ValueError:
        return Hierarchy(), ()
    user = options.get("user") or scenario.users[0].name
    entities = (
        Entity(entity.id, entity.name, entity.display_name, entity.parent_id, entity.status)
        for entity in scenario.entities
    )
    accessible_ids = frozenset(scenario.roles.get(user, ()))
    return Hierarchy(entities, accessible_ids=accessible_ids), scenario.connections


def _load_scenario(options: Mapping[str, Any]) -> "Scenario":
    """Return what the fake tenant holds; ValueError if a file cannot be used."""
    if options.get("tenant"):
        from entity_connections.fake.state.stored_scenario import read_scenario
        from entity_connections.fake.tenant_file import open_file

        with closing(open_file(Path(options["tenant"]), timeout=_BUSY_TIMEOUT)) as db:
            return read_scenario(db)
    from entity_connections.fake.scenarios.catalogue import load_scenario

    return load_scenario(options.get("scenario") or "acme")


PROFILE = CompletedText("name", _list_profiles)
USER = CompletedText("name", lambda _ctx: USERS.items())
ENTITY = CompletedText("entity", _list_entities)
CONNECTION_ID = CompletedText("connection_id", _list_connections)
THEME = CompletedText("name", lambda _ctx: ((name, "") for name in THEMES))
FAULT = CompletedText("name[=value]", _list_faults, _shorten_fault)
POLICY = CompletedText("name=value", _list_policies, _check_policy)
SCENARIO = CompletedText("scenario", lambda _ctx: SCENARIOS.items(), check_scenario, or_file=True)
