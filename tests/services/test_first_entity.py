"""The entity to start in: looked for in what Zuora lists now, and said when it cannot be it."""

from pathlib import Path

import pytest
import pytest_asyncio
from entity_connections.domain.entities import Entity, Hierarchy
from entity_connections.domain.ids import hyphenate_id
from entity_connections.services.storage.list_cache import ListCache
from entity_connections.services.tenant import Tenant

from tests.acme import CORPORATION, EUROPE, US, client, open_acme


@pytest_asyncio.fixture
async def tenant(tmp_path: Path) -> Tenant:
    fake = open_acme()
    return Tenant(client(fake), cache=ListCache(tmp_path / "state.sqlite3", "acme"))


@pytest.mark.parametrize(
    "start", [EUROPE, hyphenate_id(EUROPE).upper(), "Acme-Europe", "acme-europe"]
)
async def test_it_is_called_by_id_or_name(tenant: Tenant, start: str) -> None:
    assert await tenant.open(start) == EUROPE
    assert not tenant.start_problem


async def test_without_one_it_is_the_global_entity(tenant: Tenant) -> None:
    assert await tenant.open() == CORPORATION
    assert not tenant.start_problem


@pytest.mark.parametrize(
    ("start", "why"),
    [
        ("Acme-UK", "Acme-UK is not provisioned yet."),
        ("Acme-Australia", "You have no access to Acme-Australia: its administrators grant access"),
        ("Acme-Erope", 'No entity is called "Acme-Erope". Did you mean Acme-Europe'),
        ("0" * 32, f'No entity is called "{"0" * 32}".'),
    ],
)
async def test_an_unusable_start_entity_is_refused_with_a_reason(
    tenant: Tenant, start: str, why: str
) -> None:
    assert await tenant.open(start) == CORPORATION
    assert tenant.start_problem.startswith(why)
    assert tenant.start_problem.endswith(" You act in Acme Corporation instead.")


async def test_a_name_is_what_zuora_calls_so_now_not_what_was_remembered(tenant: Tenant) -> None:
    assert tenant.cache
    earlier = Tenant(tenant.zuora, cache=tenant.cache)
    earlier.hierarchy = Hierarchy([
        Entity(CORPORATION, "Acme Corporation", "", None),
        Entity(US, "Acme-Europe", "", CORPORATION),
    ])  # fmt: skip
    earlier.save_cache(US)
    tenant.restore_cache()
    assert tenant.find_id("Acme-Europe") == US
    assert await tenant.open("Acme-Europe") == EUROPE
