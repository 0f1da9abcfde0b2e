"""What the documents say is true: tables, pictures, links, commands, settings, citations."""

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from entity_connections import __version__

from tests.cli.tenant import run
from tests.man_page import MAN_PAGE, make_man_page
from tests.readme_tables import PACKAGE, ROOT, TABLES, update_tables

DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(PACKAGE.rglob("*.md"))]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("document", TABLES, ids=name_of)
def test_tables_are_current(document: Path) -> None:
    text = document.read_text()
    assert update_tables(text, TABLES[document]) == text, "Write them again with: make tables"


def test_the_man_page_is_current() -> None:
    assert MAN_PAGE.read_text("utf-8") == make_man_page(), "Write it again with: make tables"


@pytest.mark.skipif(shutil.which("man") is None, reason="man is not installed")
def test_man_shows_the_page_without_a_warning() -> None:
    show = ["man", "--warnings", "--local-file", str(MAN_PAGE)]
    done = subprocess.run(show, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert "entity-connections request --to Acme-US --dry-run\n" in done.stdout


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_file_and_make_target_it_names_exists(document: Path) -> None:
    text = document.read_text()
    for link in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (document.parent / link).exists(), link
    for path in re.findall(r"`((?:app|tests|styles)/[\w/.-]*)`", text):
        assert (ROOT / path).exists(), path
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"(?:`|^ {4})make ([a-z]+)", text, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_every_setting_is_documented(tmp_path: Path) -> None:
    schema = json.loads(run(tmp_path, "config", "schema").stdout)
    text = (PACKAGE / "settings" / "README.md").read_text()
    (settings,) = _values_of(schema, "properties", having="secret_command")
    (environments,) = _values_of(schema, "enum", having="us-production")
    for word in [*settings, *environments]:
        assert f"| `{word}` |" in text, word


def _values_of(schema: object, key: str, having: str) -> list[list[str]]:
    """Return all values of a key, at any depth of a JSON document, that contain a word."""
    if isinstance(schema, list):
        return [value for item in schema for value in _values_of(item, key, having)]
    if not isinstance(schema, dict):
        return []
    own = [list(schema[key])] if having in schema.get(key, ()) else []
    return own + [value for item in schema.values() for value in _values_of(item, key, having)]


def test_every_cited_section_of_the_contract_exists() -> None:
    headings = re.findall(
        r"^##+ ([A-Z]\d*)\.", (PACKAGE / "zuora" / "contract.md").read_text(), re.MULTILINE
    )
    unknowns = 25
    known = {*headings, *(f"L{number}" for number in range(1, unknowns + 1))}
    cited = {
        section
        for folder in (PACKAGE, ROOT / "tests")
        for path in folder.rglob("*.py")
        for sections in re.findall(
            r"[Cc]ontract ([A-Z]\d*\b(?:(?:, | to | and )[A-Z]\d*\b)*)", path.read_text()
        )
        for section in re.findall(r"[A-Z]\d*", sections)
    }
    assert cited
    assert cited <= known, cited - known


def test_one_version_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == __version__
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text()


def test_styles_name_no_literal_colour() -> None:
    for path in (ROOT / "styles").glob("*.tcss"):
        assert not re.search(r"#[0-9a-fA-F]{3,8}\b(?!.*\{)|rgb\(|hsl\(", path.read_text()), path
