"""A server in this process: what it does to a call looks as it would on a socket."""

from typing import Any

import pytest
from entity_connections.domain import errors
from entity_connections.zuora.auth import credentials
from entity_connections.zuora.client import ZuoraClient
from entity_connections.zuora.http.patience import Patience

from tests.acme import CORPORATION, JAPAN, client, open_acme

pytestmark = pytest.mark.asyncio
ASKED_BY_JAPAN = "8a8082555b3c70de015b44a61f0a2b09"


async def test_an_answer_that_is_dropped_is_no_answer_to_a_write_that_was_done() -> None:
    fake = open_acme()
    zuora = client(fake)
    fake.faults.on("drop", times=1)
    with pytest.raises(errors.NoResponse, match=r"broke before the answer was whole\.") as caught:
        await zuora.accept(CORPORATION, ASKED_BY_JAPAN)
    assert not caught.value.outcome_known
    found = (await zuora.list_connections(CORPORATION)).found
    assert [one.status for one in found if one.source_id == JAPAN] == ["Connected"]
    fake.close()


async def test_an_application_that_fails_answers_as_a_server_would_and_says_where_it_did(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError("a secret")

    known_by = credentials("id", "secret")
    zuora = ZuoraClient.in_process(broken, known_by, patience=Patience(attempts=1))
    with pytest.raises(errors.TokenUnavailable, match="HTTP 500") as caught:
        await zuora.list_accessible_ids()
    assert "secret" not in str(caught.value)
    (told,) = caplog.records
    assert told.name == "entity-connections.fake"
    assert told.exc_info is not None
    assert isinstance(told.exc_info[1], RuntimeError)
