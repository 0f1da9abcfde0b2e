"""Scenarios in files: what they hold, and what is said of one that is wrong."""

import json
import os
from pathlib import Path

import pytest
from entity_connections.fake.scenarios.export import (
    NoTomlError,
    as_data,
    as_json,
    as_toml,
    scenario_of,
)
from entity_connections.fake.scenarios.loading import ScenarioFileError, load
from entity_connections.fake.scenarios.model import AccessRequest
from entity_connections.fake.scenarios.scenario_file import parsed, schema
from entity_connections.fake.scenarios.scenarios import SCENARIOS
from entity_connections.fake.state.database import open_database
from entity_connections.fake.tenant import open_tenant
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fake.server import raw_call

SMALL = """
[policy]
denied = "removed"

[[entities]]
name = "Global"

[[entities]]
name = "North"
parent = "Global"
display_name = "The North"

[[entities]]
name = "Attic"
parent = "North"
status = "Unprovisioned"

[[users]]
username = "ann"
administrator = ["*"]

[[users]]
username = "ben"
home = "North"
standard_user = ["North"]

[[connections]]
source = "Global"
target = "North"
status = "Pending"

[[access_requests]]
username = "ben"
entity = "Global"
"""


def from_toml(text: str) -> object:
    return parsed(text.encode(), "my.toml", as_json=False)


def test_a_small_file_leaves_out_what_can_be_made_up() -> None:
    one = parsed(SMALL.encode(), "my.toml", as_json=False)
    assert [entity.name for entity in one.entities] == ["Global", "North", "Attic"]
    top, north, attic = (entity.id for entity in one.entities)
    assert one.roles == {
        "ann": {top: "administrator", north: "administrator"},
        "ben": {north: "standard user"},
    }
    assert [user.home_entity_id for user in one.users] == [top, north]
    assert all(len(user.client_id) == 36 for user in one.users)
    assert one.policy.words()["denied"] == "removed"
    assert one.access == (AccessRequest("ben", top, "Pending Review"),)
    assert attic not in one.roles["ann"]
    assert parsed(SMALL.encode(), "again", as_json=False) == one, "ids are the same every time"
    open_database(one).close()


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_tenant_that_is_written_and_read_is_the_same(name: str) -> None:
    original = load(name)
    db = open_database(original)
    data = as_data(scenario_of(db))
    db.close()
    assert parsed(as_json(data).encode(), "x", as_json=True) == original
    assert as_json(data).isascii()
    if name == "hostile":
        with pytest.raises(NoTomlError):
            as_toml(data)
    else:
        assert parsed(as_toml(data).encode(), "x", as_json=False) == original


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=40), st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_any_text_survives(display_name: str, status: str) -> None:
    one = parsed(SMALL.encode(), "my.toml", as_json=False)
    entity = one.entities[1]._replace(display_name=display_name)
    connection = one.connections[0]._replace(status=status)
    one = one._replace(
        entities=(one.entities[0], entity, *one.entities[2:]), connections=(connection,)
    )
    data = as_data(one)
    assert parsed(as_json(data).encode(), "x", as_json=True) == one
    try:
        text = as_toml(data)
    except NoTomlError:
        assert any("\ud800" <= char <= "\udfff" for char in display_name)
    else:
        assert parsed(text.encode(), "x", as_json=False) == one
        assert all(char.isprintable() or char == "\n" for char in text)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('[[entities]]\nname = "North"', '[[entities]]\nnam = "North"',
         "entities 2, nam: there is no such key; did you mean name?"),
        ('name = "North"\n', "", "entities 2, name: is missing."),
        ('parent = "North"', 'parent = "Nroth"',
         "entities 3, parent: there is no entity 'Nroth'; did you mean North?"),
        ('parent = "Global"', "", "exactly one has no parent, the global entity; here 2"),
        ('parent = "Global"', 'parent = "North"', "entities 2, parent: North is below itself."),
        ('name = "Attic"', 'name = "North"', "entities 3, name: North stands at 2 already."),
        ('name = "Attic"', 'name = "Ättic"', 'entities 3, name: "\\u00c4ttic" does not match'),
        ('name = "Attic"', 'name = "Attic"\nid = "X"', "entities 3, id:"),
        ('status = "Unprovisioned"', 'status = "unprovisioned"',
         "entities 3, status: \"unprovisioned\" is none of 'Provisioned' or 'Unprovisioned'."),
        ('username = "ben"\nhome', 'username = "ann"\nhome', "users 2, username: ann stands at 1"),
        ('home = "North"', 'home = "Attic"', "users 2, home: Attic is not provisioned."),
        ('home = "North"', "home = 3", "users 2, home: input should be a valid string, not 3."),
        ('target = "North"', 'target = "Global"', "connections 1: Global cannot be connected to"),
        ('target = "North"', 'target = "South"', "connections 1, target: there is no entity"),
        ('username = "ben"\nentity', 'username = "Ben"\nentity',
         "access_requests 1, username: there is no user 'Ben'; did you mean ben?"),
        ('denied = "removed"', 'denied = "gone"',
         "policy, denied: \"gone\" is none of 'disconnected' or 'removed'."),
        ('denied = "removed"', 'denyed = "removed"', "policy, denyed: there is no such key; did"),
        ("[policy]", 'faults = ["latncy"]\n[policy]', "faults 1:"),
        ("[policy]", "[policy", "is not TOML: Expected ']'"),
        ("[policy]", "tenant_id = 12\n[policy]", "tenant_id: input should be a valid string"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_place(old: str, new: str, said: str) -> None:
    assert old in SMALL
    with pytest.raises(ScenarioFileError) as raised:
        from_toml(SMALL.replace(old, new, 1))
    lines = str(raised.value).splitlines()
    assert all(line.startswith("my.toml") for line in lines)
    assert any(said in line for line in lines), lines


def test_a_provisioned_entity_has_a_provisioned_parent() -> None:
    child = '\n[[entities]]\nname = "Box"\nparent = "Attic"\n'
    with pytest.raises(ScenarioFileError, match="entities 4, status: Box is Provisioned"):
        from_toml(SMALL + child)


@pytest.mark.parametrize("content", [b"", b"[]", b"3", b"\xff", b"{" * 5000, b"null", b'{"a":1}'])
def test_what_is_no_scenario_at_all_is_said(content: bytes) -> None:
    with pytest.raises(ScenarioFileError, match=r"^my\.json"):
        parsed(content, "my.json", as_json=True)


def test_what_has_no_keys_is_said_in_our_words() -> None:
    with pytest.raises(ScenarioFileError) as raised:
        parsed(b"[]", "my.json", as_json=True)
    assert str(raised.value) == "my.json: must hold keys with values, not be []."
    with pytest.raises(ScenarioFileError) as raised:
        from_toml("entities = [3]\n[[users]]\nusername = 'ann'\n")
    assert str(raised.value) == "my.toml: entities 1: must hold keys with values, not be 3."


def test_many_mistakes_are_cut_short() -> None:
    bad = "".join(f'[[entities]]\nname = "{number}_"\n' for number in range(50))
    with pytest.raises(ScenarioFileError) as raised:
        from_toml(bad)
    lines = str(raised.value).splitlines()
    assert len(lines) == 21
    assert lines[-1] == "and 31 more."


def test_a_file_that_is_not_there_or_no_file(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(ScenarioFileError, match="There is no scenario file"):
            load(f"{path}/x.toml" if path is tmp_path else str(path))


def test_what_is_there_but_no_file_is_neither_read_nor_waited_for(tmp_path: Path) -> None:
    os.mkfifo(pipe := tmp_path / "pipe.toml")
    (folder := tmp_path / "folder.json").mkdir()
    for path in (pipe, folder):
        with pytest.raises(ScenarioFileError, match=f"^{path} is not a file.$"):
            load(str(path))


def test_the_schema_names_every_choice() -> None:
    text = json.dumps(schema())
    assert all(word in text for word in ("reused-key", "same-record", "access_requests", "faults"))


@pytest.mark.asyncio
async def test_a_server_opens_a_file_with_its_faults(tmp_path: Path) -> None:
    path = tmp_path / "bad-day.toml"
    path.write_text('faults = ["http-503"]\n' + SMALL)
    tenant = open_tenant(str(path))
    try:
        assert [str(one) for one in tenant.faults.active()] == ["http-503"]
        assert (await raw_call(tenant.asgi, "GET", "/v1/entities"))[0] == 503
    finally:
        tenant.close()
