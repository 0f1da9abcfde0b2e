"""Which actions a row allows, and the reasons why not."""

import itertools

import pytest
from entity_connections.domain.actions import (
    ACCEPT,
    ACTIONS,
    CONNECT,
    DENY,
    DISCONNECT,
    REQUEST,
    Action,
    Write,
)
from entity_connections.domain.actions.default_action import default_action, default_row
from entity_connections.domain.connections import CONNECTED, DISCONNECTED, PENDING, Direction
from entity_connections.domain.entities import Hierarchy
from entity_connections.domain.rows import Row

from tests.domain.small_tenant import GLOBAL, NORTH, PLANNED, STRANGER, connection, row

OUT, IN = Direction.OUTBOUND, Direction.INBOUND


def outbound(status: str | None) -> Row:
    return row(OUT, NORTH, *([connection(GLOBAL, NORTH, status)] if status else []))


def inbound(status: str) -> Row:
    return row(IN, NORTH, connection(NORTH, GLOBAL, status))


def without_access(open_row: Row) -> Row:
    """Return a row with a counterpart that the user may not enter."""
    return open_row._replace(counterpart=open_row.counterpart._replace(accessible=False))


@pytest.mark.parametrize(
    ("offering", "action"),
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
    ids=lambda value: value.status if isinstance(value, Row) else "",
)
def test_the_action_that_a_row_offers(offering: Row, action: Action | None) -> None:
    assert default_action(offering) is action


def test_deny_is_allowed_exactly_where_accept_is() -> None:
    for answered in (outbound(None), outbound(PENDING), inbound(PENDING), inbound(CONNECTED)):
        accept, deny = (action.disabled_reason(answered) for action in (ACCEPT, DENY))
        assert (accept is None) == (deny is None)


@pytest.mark.parametrize(
    ("target_row", "brief"),
    [
        (row(OUT, PLANNED), "not provisioned"),
        (without_access(row(OUT, NORTH)), "no access"),
        (row(OUT, STRANGER, connection(GLOBAL, STRANGER, DISCONNECTED)), "not in the list"),
    ],
)
def test_a_request_needs_a_provisioned_listed_and_accessible_target(
    target_row: Row, brief: str
) -> None:
    reason = REQUEST.disabled_reason(target_row)
    assert reason is not None
    assert reason.brief == brief


@pytest.mark.parametrize(
    ("connected", "writes"),
    [
        (outbound(None), [REQUEST, ACCEPT]),
        (outbound(DISCONNECTED), [REQUEST, ACCEPT]),
        (outbound(PENDING), [ACCEPT]),
        (inbound(DISCONNECTED), [REQUEST, ACCEPT]),
        (inbound(PENDING), [ACCEPT]),
    ],
    ids=lambda value: f"{value.direction.value} {value.status}" if isinstance(value, Row) else "",
)
def test_connect_requests_in_the_source_and_accepts_in_the_target(
    connected: Row, writes: list[Write]
) -> None:
    """From either tab; a request that waits is only accepted."""
    assert CONNECT.disabled_reason(connected) is None
    ends = {REQUEST: (OUT, connected.source), ACCEPT: (IN, connected.target)}
    assert [
        (write, (seen.direction, seen.acting)) for write, seen in CONNECT.list_writes(connected)
    ] == [(write, ends[write]) for write in writes]
    assert {seen.pair for _, seen in CONNECT.list_writes(connected)} == {connected.pair}


@pytest.mark.parametrize(
    ("refused", "reason"),
    [
        (outbound(CONNECTED), "Acme → Acme North is Connected already."),
        (inbound(CONNECTED), "Acme North → Acme is Connected already."),
        (
            outbound("Suspended"),
            (
                'Zuora calls this connection "Suspended". This program does not know that word '
                "and offers no action."
            ),
        ),
    ],
)
def test_connect_is_disabled_where_there_is_nothing_to_connect(refused: Row, reason: str) -> None:
    disabled = CONNECT.disabled_reason(refused)
    assert disabled is not None
    assert disabled.reason == reason


@pytest.mark.parametrize("closed", [outbound(None), outbound(PENDING), inbound(DISCONNECTED)])
def test_connect_takes_an_entity_that_the_user_may_enter(closed: Row) -> None:
    disabled = CONNECT.disabled_reason(without_access(closed))
    assert disabled is not None
    assert disabled.brief == "no access"


def test_unknown_access_disables_nothing() -> None:
    assert Hierarchy([NORTH], accessible_ids=None).get(NORTH.id).accessible
    assert REQUEST.disabled_reason(row(OUT, NORTH)) is None


def test_a_disabled_answer_names_the_entity_that_can_answer() -> None:
    reason = ACCEPT.disabled_reason(outbound(PENDING))
    assert reason is not None
    assert reason.remedy == "Press g to act as Acme North."


def test_every_reason_has_a_remedy() -> None:
    rows = [outbound(status) for status in (None, PENDING, CONNECTED, DISCONNECTED, "Suspended")]
    rows += [inbound(status) for status in (PENDING, CONNECTED, DISCONNECTED, "Suspended")]
    rows += [row(OUT, PLANNED)]
    for refused, action in itertools.product(rows, ACTIONS):
        reason = action.disabled_reason(refused)
        if reason is not None:
            assert reason.reason.endswith(".")
            assert reason.remedy.endswith(".")


def test_the_cursor_starts_where_something_waits_else_where_something_can_be_requested() -> None:
    rows = [inbound(CONNECTED), outbound("Suspended"), outbound(DISCONNECTED), inbound(PENDING)]
    while rows:
        assert default_row(rows) is rows[-1]
        rows.pop()
    assert default_row([]) is None
    assert default_row([row(OUT, PLANNED), without_access(outbound(None))]) == row(OUT, PLANNED)
