"""A server in this process that hangs up or fails looks as on a socket."""

from typing import Any

import pytest
from entity_connections.domain import errors
from entity_connections.zuora.auth import Credentials
from entity_connections.zuora.client import ZuoraClient
from entity_connections.zuora.http.in_process import InProcessTransport

from tests.acme import CORPORATION, JAPAN, client, open_acme
from tests.zuora.scripted_server import CREDENTIALS, NO_RETRIES

REQUEST_OF_JAPAN = "8a8082555b3c70de015b44a61f0a2b09"


async def test_a_dropped_response_to_a_write_is_maybe_applied() -> None:
    fake = open_acme()
    zuora = client(fake)
    fake.faults.on("drop,times=1")
    with pytest.raises(errors.NoResponse, match=r"broke before the answer was whole\.") as caught:
        await zuora.accept(CORPORATION, REQUEST_OF_JAPAN)
    assert caught.value.maybe_applied
    connections = (await zuora.list_connections(CORPORATION)).items
    statuses = [connection.status for connection in connections if connection.source_id == JAPAN]
    assert statuses == ["Connected"]


async def test_a_refused_connection_means_that_nothing_was_sent() -> None:
    fake = open_acme()
    user = fake.users[0]
    zuora = ZuoraClient(
        "http://localhost",
        Credentials.from_text(user.client_id, user.client_secret),
        transport=InProcessTransport(fake.asgi),
        retry_policy=NO_RETRIES,
    )
    await zuora.list_accessible_ids()
    fake.faults.on("offline")
    with pytest.raises(
        errors.Unreachable, match="No connection to Zuora could be opened"
    ) as caught:
        await zuora.accept(CORPORATION, REQUEST_OF_JAPAN)
    assert not caught.value.maybe_applied


async def test_an_application_that_fails_responds_with_500_and_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError("a secret")

    transport = InProcessTransport(broken)
    zuora = ZuoraClient(
        "http://localhost", CREDENTIALS, transport=transport, retry_policy=NO_RETRIES
    )
    with pytest.raises(errors.TokenUnavailable, match="HTTP 500") as caught:
        await zuora.list_accessible_ids()
    assert "secret" not in str(caught.value)
    (record,) = caplog.records
    assert record.name == "entity-connections.fake"
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], RuntimeError)
