"""Filters rows by words."""

from collections.abc import Collection, Iterable
from itertools import pairwise
from typing import NamedTuple

from entity_connections.domain.actions.default_action import (
    default_action,
    find_brief_reason,
    find_kind,
)
from entity_connections.domain.rows import NOT_CONNECTED, Row
from entity_connections.domain.text_search import fold, split_words

_NOT_CONNECTED = fold(NOT_CONNECTED)


class SearchableRow(NamedTuple):
    """A row, and the folded texts that a filter is compared with.

    Attributes:
        title: the title of the counterpart.
        phrases: what the other columns say.
        hidden: what the row may not show, a line for each text of `_list_hidden`.
    """

    row: Row
    title: str
    phrases: tuple[str, ...]
    hidden: str


def make_searchable(rows: Iterable[Row], refusal: str = "") -> list[SearchableRow]:
    """Return the rows of one tab with their texts.

    `refusal` is what the rows say in place of the action that they offer; "" for nothing.
    """
    phrases: dict[tuple[object, ...], tuple[str, ...]] = {}
    searchable = []
    for row in rows:
        kind = find_kind(row)
        if kind not in phrases:  # all rows of a kind say the same
            phrases[kind] = _list_phrases(row, refusal)
        hidden = "\n".join(map(fold, _list_hidden(row)))
        searchable.append(SearchableRow(row, fold(row.counterpart.title), phrases[kind], hidden))
    return searchable


def _list_phrases(row: Row, refusal: str) -> tuple[str, ...]:
    action = default_action(row)
    phrases = [row.state, *((action.label, refusal) if action else (find_brief_reason(row),))]
    if row.waits_for_acting:
        phrases.append("waiting for you")
    return tuple(map(fold, phrases))


_PARENT, _IDS = 1, (2, 3)
MIN_ID_TERM = 4
"""Characters of a word that is looked for in ids: nearly every shorter one is in some id."""
_IN = "in "
"""What rows say before the title of a parent."""


def _list_hidden(row: Row) -> tuple[str, str, str, str]:
    """Return technical name, title of the parent, id of the connection, and id of the entity."""
    parent = row.parent.title if row.parent else ""
    return row.counterpart.name, parent, row.connection_id, row.counterpart.id


def filter_rows(
    filter_text: str, rows: Collection[SearchableRow], *, keep: str | None = None
) -> list[Row]:
    """Return the rows that hold every word of a filter, in any order, without case and accents.

    A word may stand anywhere in a name, or, if it is not short, in an id. In the other columns it
    begins a word, and a status counts as a whole: "connected" finds neither "Disconnected" nor
    "Not connected".

    The row with the key `keep` is kept in any case.
    """
    left = rows
    for term in _split_terms(filter_text):
        shown = {phrases for phrases in {row.phrases for row in left} if _begins(term, phrases)}
        left = [
            row
            for row in left
            if term in row.title or row.phrases in shown or _is_hidden(term, row.hidden)
        ]
    if keep is not None:
        keys = {keep, *(row.row.key for row in left)}
        left = [row for row in rows if row.row.key in keys]
    return [row.row for row in left]


def find_hidden_match(filter_text: str, row: SearchableRow) -> str:
    """Return what a filter found that the row may not show; "" if it shows every word.

    That is a technical name, the parent, or the end of an id that begins with the word.
    """
    for term in _split_terms(filter_text):
        is_hidden = term not in row.title and _is_hidden(term, row.hidden)
        if is_hidden and not _begins(term, row.phrases):
            if term.startswith(_IN):
                return _IN + _list_hidden(row.row)[_PARENT]
            at = row.hidden.index(term)
            line, start = row.hidden.count("\n", 0, at), row.hidden.rfind("\n", 0, at) + 1
            text = _list_hidden(row.row)[line]
            if line == _PARENT:
                return _IN + text
            return f"…{text[at - start :]}" if line in _IDS and at > start else text
    return ""


def _split_terms(filter_text: str) -> list[str]:
    """Return the folded words of a filter.

    "not connected" is one, even if half of it is typed, and so is "in" with the word after it.
    """
    words = split_words(filter_text)
    for at, pair in enumerate(pairwise(words)):
        term = " ".join(pair)
        if _NOT_CONNECTED.startswith(term) or term.startswith(_IN):
            return [*words[:at], term, *words[at + 2 :]]
    return words


def _is_hidden(term: str, hidden: str) -> bool:
    """Return whether a term is in `SearchableRow.hidden`; "in" stands before a parent only."""
    if term.startswith(_IN):
        return term.removeprefix(_IN) in hidden.split("\n")[_PARENT]
    if len(term) < MIN_ID_TERM:
        return any(term in line for line in hidden.split("\n", _IDS[0])[: _IDS[0]])
    return term in hidden


def _begins(term: str, phrases: Iterable[str]) -> bool:
    """Return whether a term begins a phrase, or a word in one; that in "not connected" is none."""
    return any(
        phrase.startswith(term) or (f" {term}" in phrase and phrase != _NOT_CONNECTED)
        for phrase in phrases
    )
