"""The private parts of Textual that the program uses are still there."""

import importlib
import inspect
import sys

import pytest
from entity_connections.tui.textual_internals import PRIVATE_PARTS, PrivatePart


@pytest.mark.skipif(sys.platform == "win32", reason="the Linux driver needs termios")
@pytest.mark.parametrize("part", PRIVATE_PARTS, ids=lambda part: f"{part.owner}.{part.name}")
def test_every_private_part_exists(part: PrivatePart) -> None:
    module, _, class_name = part.owner.partition(":")
    owner = importlib.import_module(module)
    if class_name:
        owner = getattr(owner, class_name)
    if not hasattr(owner, part.name):
        # An attribute of the instance: the constructor sets it.
        assert f"self.{part.name} = " in inspect.getsource(owner)
