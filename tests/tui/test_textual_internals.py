"""Every private part of Textual that is used, because there is no public way, is still there.

A part that was renamed would otherwise fail late or, for an overridden method, not at all.
Whoever uses another private part adds it here.
"""

import importlib
import inspect
import sys

import pytest

_APP = "textual.app:App"
_WEB_DRIVER = "textual.drivers.web_driver:WebDriver"

PRIVATE_PARTS = (
    # tui/app.py: Textual's own crash report shows local variables, secrets included.
    (_APP, "_fatal_error"),
    # tui/app.py: an error in a late message or worker of a program that ends is none.
    (_APP, "_handle_exception"),
    # tui/terminal/input_parser.py: turns a complete escape sequence into messages.
    ("textual._xterm_parser", "XTermParser"),
    # tui/terminal/driver.py: tells when output has been written to the terminal.
    ("textual.drivers.linux_driver:LinuxDriver", "_file"),
    # tui/terminal/driver.py: the size is the terminal's, not that of COLUMNS and LINES.
    ("textual.drivers.linux_driver:LinuxDriver", "_get_terminal_size"),
    # tui/terminal/browser.py: a write to a closed pipe must not raise.
    (_WEB_DRIVER, "_write"),
    # tui/terminal/browser.py: reads the pipe with our own parser.
    (_WEB_DRIVER, "_input_reader"),
    (_WEB_DRIVER, "_on_meta"),
    ("textual.drivers.web_driver", "_ExitInput"),
    ("textual.drivers._byte_stream", "ByteStream"),
    # walkthrough/virtual_time.py: a recording has its own clock.
    ("textual._time", "get_time"),
    # tests/terminal/test_input_parser.py: every key that Textual knows.
    ("textual._ansi_sequences", "ANSI_SEQUENCES_KEYS"),
    # tests/tui/conftest.py: a blinking cursor would change the pictures.
    ("textual.widgets:Input", "_toggle_cursor"),
)
"""Pairs of an owner, a module or "module:Class", and the name of its private part."""


@pytest.mark.skipif(sys.platform == "win32", reason="the Linux driver needs termios")
@pytest.mark.parametrize(("owner", "name"), PRIVATE_PARTS)
def test_every_private_part_exists(owner: str, name: str) -> None:
    module, _, class_name = owner.partition(":")
    part_owner = importlib.import_module(module)
    if class_name:
        part_owner = getattr(part_owner, class_name)
    # An attribute of an instance is set by the constructor.
    assert hasattr(part_owner, name) or f"self.{name} = " in inspect.getsource(part_owner)
