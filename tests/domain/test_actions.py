"""Which action a row allows, and what is said when it allows none."""

import itertools

import pytest
from entity_connections.domain.actions import ACCEPT, ACTIONS, DENY, DISCONNECT, REQUEST, Action
from entity_connections.domain.actions.default_action import default_action, default_row
from entity_connections.domain.connections import CONNECTED, DISCONNECTED, PENDING, Direction
from entity_connections.domain.rows import Row

from tests.domain.small_tenant import GLOBAL, HIERARCHY, NORTH, PLANNED, STRANGER, connection, row

OUT, IN = Direction.OUTBOUND, Direction.INBOUND
EVERYWHERE = frozenset(one.id for one in HIERARCHY)


def outbound(status: str | None) -> Row:
    return row(OUT, NORTH, *([connection(GLOBAL, NORTH, status)] if status else []))


def inbound(status: str) -> Row:
    return row(IN, NORTH, connection(NORTH, GLOBAL, status))


@pytest.mark.parametrize(
    ("one", "action"),
    [
        (outbound(None), REQUEST),
        (outbound(DISCONNECTED), REQUEST),
        (outbound(PENDING), None),
        (outbound(CONNECTED), DISCONNECT),
        (outbound("Suspended"), None),
        (inbound(PENDING), ACCEPT),
        (inbound(CONNECTED), DISCONNECT),
        (inbound(DISCONNECTED), None),
        (inbound("Suspended"), None),
    ],
    ids=lambda one: one.status if isinstance(one, Row) else "",
)
def test_the_action_a_row_offers(one: Row, action: Action | None) -> None:
    assert default_action(one, EVERYWHERE) is action


def test_deny_is_allowed_exactly_where_accept_is() -> None:
    for one in (outbound(None), outbound(PENDING), inbound(PENDING), inbound(CONNECTED)):
        accept, deny = (action.disabled_reason(one, None) for action in (ACCEPT, DENY))
        assert (accept is None) == (deny is None)


def test_a_request_needs_a_provisioned_listed_and_enterable_target() -> None:
    planned = REQUEST.disabled_reason(row(OUT, PLANNED), EVERYWHERE)
    closed = REQUEST.disabled_reason(row(OUT, NORTH), frozenset({GLOBAL.id}))
    gone = row(OUT, STRANGER, connection(GLOBAL, STRANGER, DISCONNECTED))
    strange = REQUEST.disabled_reason(gone, EVERYWHERE)
    assert planned is not None
    assert planned.brief == "not provisioned yet"
    assert closed is not None
    assert closed.brief == "no access"
    assert strange is not None
    assert strange.brief == "not in the list"


def test_nothing_is_forbidden_for_lack_of_knowledge() -> None:
    assert REQUEST.disabled_reason(row(OUT, NORTH), None) is None


def test_the_source_is_sent_to_the_other_side_for_an_answer() -> None:
    reason = ACCEPT.disabled_reason(outbound(PENDING), EVERYWHERE)
    assert reason is not None
    assert reason.remedy == "Press g to act as Acme North."


def test_every_refusal_says_why_and_what_would_help() -> None:
    every = [outbound(one) for one in (None, PENDING, CONNECTED, DISCONNECTED, "Suspended")]
    every += [inbound(one) for one in (PENDING, CONNECTED, DISCONNECTED, "Suspended")]
    every += [row(OUT, PLANNED)]
    for one, action in itertools.product(every, ACTIONS):
        reason = action.disabled_reason(one, EVERYWHERE)
        if reason is not None:
            assert reason.reason.endswith(".")
            assert reason.remedy.endswith(".")


def test_the_cursor_starts_where_something_waits_else_where_something_can_be_requested() -> None:
    rows = [inbound(CONNECTED), outbound("Suspended"), outbound(DISCONNECTED), inbound(PENDING)]
    while rows:
        found = default_row(rows, EVERYWHERE)
        assert found is rows[-1]
        rows.pop()
    assert default_row([], EVERYWHERE) is None
    assert default_row([row(OUT, PLANNED), outbound(None)], frozenset()) == row(OUT, PLANNED)


def test_only_a_role_that_is_known_forbids_anything() -> None:
    for action in ACTIONS:
        assert action.role_reason(inbound(PENDING), None) is None
        assert action.role_reason(inbound(PENDING), "administrator") is None
        reason = action.role_reason(inbound(PENDING), "standard user")
        assert reason is not None
        assert reason.reason.endswith("an administrator of Acme; you are a standard user.")
