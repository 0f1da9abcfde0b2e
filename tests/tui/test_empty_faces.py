"""Nothing there, filtered to nothing, and failed are three faces, never mixed up."""

from collections.abc import Set as AbstractSet

import pytest
from entity_connections.domain.connections import Connection, Direction
from entity_connections.domain.errors import Unreachable
from entity_connections.domain.list_result import ListResult
from entity_connections.domain.zuora_api import ZuoraApi

from tests.acme import CORPORATION
from tests.tui.snapshots import Snapshot
from tests.tui.story import story

pytestmark = pytest.mark.asyncio


class Unplugged:
    """The adapter behind a cable that can be pulled."""

    def __init__(self, zuora: ZuoraApi, *, pulled: bool = False) -> None:
        self._zuora = zuora
        self.pulled = pulled

    def __getattr__(self, name: str) -> object:
        return getattr(self._zuora, name)

    async def list_accessible_ids(self) -> AbstractSet[str] | None:
        if self.pulled:
            raise Unreachable("No connection to Zuora came about.")
        return await self._zuora.list_accessible_ids()

    async def list_connections(
        self, acting_id: str, direction: Direction | None = None
    ) -> ListResult[Connection]:
        if self.pulled:
            raise Unreachable("No connection to Zuora came about.", request_id="6d9b5a7e")
        return await self._zuora.list_connections(acting_id, direction)


async def test_nothing_there(snap: Snapshot) -> None:
    """It says that nobody shares here, and what has to happen for a row to appear."""
    async with story("empty", size=(80, 24)) as told:
        await told.press("i")
        snap(told.app)


async def test_filtered_to_nothing(snap: Snapshot) -> None:
    """It names the filter, counts what it hides, and says how to clear it."""
    async with story(size=(80, 24)) as told:
        await told.press("slash")
        await told.type("zzz")
        snap(told.app)
        await told.press("escape")
        assert len(told.names()) == 15


async def test_a_record_that_the_filter_hides_has_the_cursor_again_without_it() -> None:
    async with story() as told:
        await told.to("Acme-Germany")
        await told.press("slash")
        await told.type("japan")
        assert told.cursor == "Acme-Japan"
        await told.press("escape")
        assert told.cursor == "Acme-Germany"


async def test_failed_with_rows_from_before(snap: Snapshot) -> None:
    """The rows stay, greyed, with their age and the sentence of the error."""
    cables: list[Unplugged] = []

    def wrap(zuora: ZuoraApi) -> ZuoraApi:
        cables.append(Unplugged(zuora))
        return cables[0]  # type: ignore[return-value]

    async with story(size=(80, 24), wrap=wrap) as told:
        cables[0].pulled = True
        await told.press("ctrl+r")
        snap(told.app)
        cables[0].pulled = False
        await told.press("ctrl+r")
        assert told.lines("top").endswith("updated just now")


async def test_failed_with_nothing_to_show(snap: Snapshot) -> None:
    """The error stands where the rows would be, with what to do about it."""
    cables: list[Unplugged] = []

    def wrap(zuora: ZuoraApi) -> ZuoraApi:
        cables.append(Unplugged(zuora, pulled=True))
        return cables[0]  # type: ignore[return-value]

    async with story(size=(80, 24), wrap=wrap) as told:
        snap(told.app)
        cables[0].pulled = False
        await told.press("ctrl+r")
        assert told.desk.acting_id == CORPORATION
        assert len(told.names()) == 15


async def test_the_filter_narrows_and_keeps_the_cursor_on_its_record() -> None:
    async with story() as told:
        await told.to("Acme-Germany")
        await told.press("slash")
        await told.type("europe")
        assert told.names() == [
            "Acme-Europe",
            "Acme-UK",
            "Acme-France",
            "Acme-Germany",
            "Acme Ibérica",
            "Acme-Nordics",
        ]
        assert "6 of 15" in told.lines("tabs")
        await told.press("enter")
        assert told.cursor == "Acme-Germany"
        await told.press("escape")
        assert len(told.names()) == 15
