"""The fake tenant's README describes the program as it is."""

import re
import textwrap
from pathlib import Path

from entity_connections import fake
from entity_connections.fake.scenarios.file_parser import parse_scenario

README = Path(fake.__file__).with_name("README.md")
TEXT = README.read_text("utf-8")


def test_the_scenario_file_can_be_used() -> None:
    blocks = re.findall(r"(?:^ {4}.*\n|^\n)+", TEXT, re.MULTILINE)
    (block,) = [block for block in blocks if "[[entities]]" in block]
    toml = textwrap.dedent(block[block.index("    [[") :])
    scenario = parse_scenario(toml.encode(), "README.md")
    assert [entity.name for entity in scenario.entities] == ["Global", "North"]


def test_every_file_and_folder_it_names_exists() -> None:
    names = re.findall(r"^\| `([a-z_]+(?:/|\.py))` \|", TEXT, re.MULTILINE)
    assert names
    assert all((README.parent / name).exists() for name in names)
