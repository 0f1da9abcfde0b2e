"""Scenario files: what they contain, and the messages about what is wrong in one."""

import json
import os
from pathlib import Path

import pytest
from entity_connections.fake.model import AccessRequest, Scenario
from entity_connections.fake.scenarios.catalogue import SCENARIOS, load_scenario
from entity_connections.fake.scenarios.export import (
    NotTomlError,
    scenario_to_data,
    to_json,
    to_toml,
)
from entity_connections.fake.scenarios.file_parser import parse_scenario
from entity_connections.fake.scenarios.file_schema import ScenarioFile
from entity_connections.fake.state.stored_scenario import open_in_memory, read_scenario
from entity_connections.fake.tenant import open_tenant
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fake.server import raw_call

CONNECTION = """
[[connections]]
source = "Global"
target = "North"
status = "Pending"
"""
SMALL = f"""
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
name = "ann"
administrator = ["*"]

[[users]]
name = "ben"
home = "North"
standard_user = ["North"]

{CONNECTION}
[[access_requests]]
user = "ben"
entity = "Global"
"""


def parse_toml(text: str) -> Scenario:
    return parse_scenario(text.encode(), "my.toml")


def parse_json(text: str) -> Scenario:
    return parse_scenario(text.encode(), "my.json")


def test_what_a_file_leaves_out_gets_default_values() -> None:
    scenario = parse_toml(SMALL)
    assert [entity.name for entity in scenario.entities] == ["Global", "North", "Attic"]
    global_id, north_id, _attic_id = (entity.id for entity in scenario.entities)
    assert scenario.roles == {
        "ann": {global_id: "administrator", north_id: "administrator"},
        "ben": {north_id: "standard user"},
    }
    assert [user.home_entity_id for user in scenario.users] == [global_id, north_id]
    assert all(len(user.client_id) == 36 for user in scenario.users)
    assert scenario.policy.as_dict()["denied"] == "removed"
    assert scenario.access_requests == (AccessRequest("ben", global_id, "Pending Review"),)
    assert parse_toml(SMALL) == scenario, "ids are the same every time"
    open_in_memory(scenario).close()


@pytest.mark.parametrize("name", SCENARIOS)
def test_an_exported_scenario_is_read_back_unchanged(name: str) -> None:
    scenario = load_scenario(name)
    db = open_in_memory(scenario)
    data = scenario_to_data(read_scenario(db))
    db.close()
    assert parse_json(to_json(data)) == scenario
    assert to_json(data).isascii()
    if name == "hostile":
        with pytest.raises(NotTomlError):
            to_toml(data)
    else:
        assert parse_toml(to_toml(data)) == scenario


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=40), st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_any_text_is_exported_and_read_back_unchanged(display_name: str, status: str) -> None:
    scenario = parse_toml(SMALL)
    entity = scenario.entities[1]._replace(display_name=display_name)
    connection = scenario.connections[0]._replace(status=status)
    scenario = scenario._replace(
        entities=(scenario.entities[0], entity, *scenario.entities[2:]), connections=(connection,)
    )
    data = scenario_to_data(scenario)
    assert parse_json(to_json(data)) == scenario
    try:
        text = to_toml(data)
    except NotTomlError:
        assert any("\ud800" <= char <= "\udfff" for char in display_name)
    else:
        assert parse_toml(text) == scenario
        assert all(char.isprintable() or char == "\n" for char in text)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('[[entities]]\nname = "North"', '[[entities]]\nnam = "North"',
         "entities 2, nam: there is no such key; did you mean name"),
        ('name = "North"\n', "", "entities 2, name: it is missing."),
        ('parent = "North"', 'parent = "Nroth"',
         "entities 3, parent: there is no entity 'Nroth'; did you mean North?"),
        ('parent = "Global"', "", "exactly one has no parent, the global entity; here 2"),
        ('parent = "Global"', 'parent = "North"', "entities: North is below itself."),
        ('name = "Attic"', 'name = "North"', "entities: the name North occurs 2 times."),
        ('name = "Attic"', 'name = "Ättic"', "entities 3, name: it must match the pattern ^"),
        ('name = "Attic"', 'name = "Attic"\nid = "X"', "entities 3, id:"),
        ('status = "Unprovisioned"', 'status = "unprovisioned"',
         "entities 3, status: it must be 'Provisioned' or 'Unprovisioned', not"),
        ('name = "ben"\nhome', 'name = "ann"\nhome', "the name ann occurs 2 times."),
        ('home = "North"', 'home = "Attic"', "users 2, home: Attic is not provisioned."),
        ('home = "North"', "home = 3", "users 2, home: it must be a text in quotes, not 3."),
        ('target = "North"', 'target = "Global"', "connections 1: Global cannot be connected to"),
        ('target = "North"', 'target = "South"', "connections 1, target: there is no entity"),
        ('user = "ben"\nentity', 'user = "Ben"\nentity',
         "access_requests 1, user: there is no user 'Ben'."),
        ('denied = "removed"', 'denied = "gone"',
         "policy, denied: it must be 'disconnected' or 'removed', not \"gone\"."),
        ('denied = "removed"', 'denyed = "removed"',
         "policy, denyed: there is no such key; did you mean denied"),
        ("[[access_requests]]", f"{CONNECTION}[[access_requests]]", "Pending or Connected pair"),
        ("[policy]", 'faults = ["latncy"]\n[policy]', "faults 1: There is no fault 'latncy'."),
        ("[policy]", "[policy", "is not TOML: Expected ']'"),
        ("[[users]]", '[[entities]]\nname = "Box"\nparent = "Attic"\n[[users]]',
         "entities 4, status: Box is Provisioned, its parent is not."),
    ],
)  # fmt: skip
def test_a_problem_is_reported_with_its_place(old: str, new: str, message: str) -> None:
    assert old in SMALL
    with pytest.raises(ValueError, match=r"^my\.toml") as raised:
        parse_toml(SMALL.replace(old, new, 1))
    lines = str(raised.value).splitlines()
    assert all(line.startswith("my.toml") for line in lines)
    assert any(message in line for line in lines), lines


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"3", b"\xff", b"{" * 5000, b"null", b'{"a":1}', b'{"entities":[3]}']
)
def test_content_that_is_no_scenario_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"^my\.json"):
        parse_scenario(content, "my.json")


def test_every_problem_is_reported() -> None:
    bad = "".join(f'[[entities]]\nname = "{number}_"\n' for number in range(50))
    with pytest.raises(ValueError, match=r"^my\.toml") as raised:
        parse_toml(bad)
    assert len(str(raised.value).splitlines()) == 51  # with the missing users


def test_only_a_file_is_read(tmp_path: Path) -> None:
    os.mkfifo(pipe := tmp_path / "pipe.toml")
    (folder := tmp_path / "folder.json").mkdir()
    problems = {
        pipe: "is not a file.",
        folder: "cannot be read: Is a directory.",
        tmp_path / "none.toml": "cannot be read: No such file or directory.",
    }
    for path, problem in problems.items():
        with pytest.raises(ValueError, match=f"^{path} {problem}"):
            load_scenario(str(path))


def test_the_json_schema_names_every_key_and_policy() -> None:
    text = json.dumps(ScenarioFile.model_json_schema())
    assert all(word in text for word in ("reused-key", "same-record", "access_requests", "faults"))


async def test_a_tenant_from_a_file_has_its_faults(tmp_path: Path) -> None:
    path = tmp_path / "faulty.toml"
    path.write_text('faults = ["gateway-page=503"]\n' + SMALL)
    tenant = open_tenant(str(path))
    try:
        assert [str(fault) for fault in tenant.faults.active()] == ["gateway-page=503"]
        assert (await raw_call(tenant.asgi, "GET", "/v1/entities"))[0] == 503
    finally:
        tenant.close()
