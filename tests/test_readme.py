"""The README shows what really is."""

import re
import tomllib
from pathlib import Path

from entity_connections import __version__

from tests.readme_tables import README, with_tables

ROOT = README.parent
TEXT = README.read_text()


def test_the_tables_are_current() -> None:
    assert with_tables(TEXT) == TEXT, "Make them anew with: make tables"


def test_its_pictures_are_those_of_walkthroughs() -> None:
    pictures = re.findall(r"!\[[^]]+\]\(([^)]+)\)", TEXT)
    assert pictures
    assert all(one.startswith("tests/snapshots/walkthroughs/") for one in pictures)


def test_every_file_it_names_exists() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", TEXT)
    assert links
    assert all((ROOT / link).exists() for link in links)


def test_every_make_target_it_names_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in set(re.findall(r"(?:`|^ {4})make ([a-z]+)", TEXT, re.MULTILINE)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_one_version_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == __version__
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text()


def test_styles_name_no_literal_colour() -> None:
    for path in Path(ROOT / "styles").glob("*.tcss"):
        assert not re.search(r"#[0-9a-fA-F]{3,8}\b(?!.*\{)|rgb\(|hsl\(", path.read_text()), path
