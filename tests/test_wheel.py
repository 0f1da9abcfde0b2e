"""What is installed: one importable package, the whole program, and nothing else."""

import ast
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from inspect import cleandoc
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.terminal.pty import Terminal

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

SERVICE = {
    "app/__init__.py": "",
    "app/main.py": "NAME = 'their service'",
    "test_service.py": """
        from app.main import NAME

        def test_their_service_at_zuora(zuora_tenant):
            assert NAME == "their service"
            assert zuora_tenant.base_url.startswith("http://127.0.0.1:")
    """,
}
"""A service of others that has a package `app` and uses the pytest fixture."""


class Environment(NamedTuple):
    """A virtual environment that borrows the dependencies of the one of the tests."""

    folder: Path

    @property
    def site(self) -> Path:
        (folder,) = self.folder.glob("lib/python*/site-packages")
        return folder

    def run(self, *arguments: str, cwd: Path) -> str:
        """Run its Python with these arguments; return what it prints."""
        environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        process = subprocess.run(
            [self.folder / "bin" / "python", *arguments], cwd=cwd, check=False, text=True,
            env=environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert process.returncode == 0, process.stdout
        return process.stdout

    def pip(self, *arguments: str | Path) -> None:
        command, *rest = map(str, arguments)
        options = ["--no-deps", "--no-build-isolation"] if command == "install" else ["--yes"]
        self.run("-m", "pip", "--quiet", command, *options, *rest, cwd=self.folder)


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    made = Environment(tmp_path / "env")
    venv.create(made.folder, with_pip=False, symlinks=True)
    (made.site / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return made


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (path,) = tmp_path.glob("*.whl")
    return path


@pytest.fixture
def service(tmp_path: Path) -> Path:
    folder = tmp_path / "service"
    for name, text in SERVICE.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(cleandoc(text))
    return folder


@pytest.mark.timeout(180)  # many programs in turn
def test_it_lives_beside_a_service_with_a_package_app(
    environment: Environment, wheel: Path, service: Path, tmp_path: Path
) -> None:
    shutil.copytree(service / "app", environment.site / "app")
    before = sorted(environment.site.iterdir())
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.partition("/")[0] for name in names} == {
        "entity_connections",
        f"entity_connections-{PROJECT['version']}.dist-info",
        f"entity_connections-{PROJECT['version']}.data",
    }
    assert "entity_connections/py.typed" in names
    ours = "import entity_connections.cli.program"

    environment.pip("install", wheel)
    assert (environment.folder / "share" / "man" / "man1" / "entity-connections.1").is_file()
    # -B: pytest leaves byte code of its own beside every plugin.
    pytest_command = ["-B", "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    pytest_command += ["-p", "entity_connections"]
    assert "1 passed" in environment.run(*pytest_command, cwd=service)
    with Terminal([str(environment.folder / "bin" / "entity-connections")]) as terminal:
        terminal.wait_for("Acme-Americas")
        terminal.send("ctrl+q")
        assert terminal.wait_exit() == 0

    environment.pip("install", "--editable", ROOT)
    environment.run("-c", f"import app.main; {ours}", cwd=tmp_path)
    environment.pip("uninstall", "entity-connections")
    assert sorted(environment.site.iterdir()) == before


@pytest.mark.parametrize(
    ("statement", "modules"),
    [
        ("import entity_connections", {"entity_connections"}),
        (
            "import entity_connections.pytest_plugin",
            {"entity_connections", "entity_connections.pytest_plugin"},
        ),
    ],
)
def test_an_import_loads_nothing_else(statement: str, modules: set[str]) -> None:
    code = (
        f"import sys, pytest; old = set(sys.modules); {statement}; print(*set(sys.modules) - old)"
    )
    output = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    assert set(output.stdout.split()) == modules


def test_every_package_that_is_imported_is_declared() -> None:
    imported = set()
    for path in (ROOT / "app").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add(str(node.module).partition(".")[0])
    packages = imported - sys.stdlib_module_names - {"entity_connections"}
    requirements = [PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()]
    declared = {re.split("[<>=]", line)[0] for line in chain(*requirements)}
    assert {name.replace("_", "-") for name in packages} <= declared
