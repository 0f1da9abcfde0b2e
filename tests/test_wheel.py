"""A built wheel is the whole program, styles included."""

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

from tests.terminal.pty import Terminal

ROOT = Path(__file__).parents[1]


def test_a_wheel_installed_elsewhere_opens_the_screen(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    styles = {path.name for path in (ROOT / "styles").glob("*.tcss")}
    assert {name.rpartition("/")[2] for name in names if name.endswith(".tcss")} == styles
    assert not [name for name in names if name.startswith("tests")]

    home = tmp_path / "env"
    venv.create(home, with_pip=False, symlinks=os.name != "nt")
    python = home / "bin" / "python"
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps"]
    subprocess.run([*install, "--quiet", str(wheel)], check=True, capture_output=True)
    # The dependencies are those of this environment, the program is not.
    site = next((home / "lib").glob("python*/site-packages"))
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    where = [
        str(python),
        "-I",
        "-c",
        "import entity_connections; print(entity_connections.__file__)",
    ]
    output = subprocess.run(where, check=True, capture_output=True, text=True, cwd=tmp_path)
    assert Path(output.stdout.strip()).is_relative_to(site)

    program = [str(home / "bin" / "entity-connections")]
    with Terminal(program, env={"PYTHONPATH": ""}) as terminal:
        terminal.wait_for("Acme-Americas")
        terminal.send("ctrl+q")
        assert terminal.wait_exit() == 0
