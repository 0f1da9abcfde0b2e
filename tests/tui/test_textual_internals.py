"""The private parts of Textual that the program uses are still there."""

import importlib
import inspect
import sys

import pytest
from entity_connections.tui.textual_internals import PRIVATE_PARTS


@pytest.mark.skipif(sys.platform == "win32", reason="the Linux driver needs termios")
@pytest.mark.parametrize(("owner", "name"), PRIVATE_PARTS)
def test_every_private_part_exists(owner: str, name: str) -> None:
    module, _, class_name = owner.partition(":")
    found = importlib.import_module(module)
    if class_name:
        found = getattr(found, class_name)
    # An attribute of an instance is set by the constructor.
    assert hasattr(found, name) or f"self.{name} = " in inspect.getsource(found)
