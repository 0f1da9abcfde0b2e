"""Plays walkthroughs for the screen, each in a process of its own: it gets at no real tenant."""

import os
import signal
import subprocess
import sys

from entity_connections.cli.completers import THEMES
from entity_connections.services.workspace import Walkthroughs

if sys.platform == "win32":
    raise ImportError("Windows has no POSIX terminals.")


def make_walkthroughs() -> Walkthroughs:
    """Return the walkthroughs that come with the program."""
    return Walkthroughs(_list_all, _play)


def _list_all(width: int) -> list[tuple[str, str, tuple[int, int]]]:
    from entity_connections.walkthrough.caption_bar import min_terminal_size
    from entity_connections.walkthrough.script_file import list_shipped_scripts, read_script

    scripts = ((name, read_script(path)) for name, path in list_shipped_scripts().items())
    return [(name, script.title, min_terminal_size(script, width)) for name, script in scripts]


def _play(name: str, theme: str) -> int:
    # -P: the current folder is no place to import from.
    command = [sys.executable, "-P", "-m", "entity_connections", "walkthrough", "play", name]
    command += ["--theme", theme] * (theme in THEMES)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("ZUORA_")}
    child = subprocess.Popen(command, env=environment)  # noqa: S603 - our own program
    while True:
        _, status = os.waitpid(child.pid, os.WUNTRACED)
        if not os.WIFSTOPPED(status):
            return os.waitstatus_to_exitcode(status)
        # ctrl+z: the shell waits for this process, and continues both.
        os.kill(os.getpid(), signal.SIGSTOP)
