"""Imports heavy packages late, and as fast as possible."""

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module


@contextmanager
def import_without_gc() -> Iterator[None]:
    """Switch the garbage collector off while a block imports.

    Imports make next to no garbage. What was imported is never looked at afterwards. Both
    together save about a tenth of the start.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def import_adapter(*modules: str) -> None:
    """Import the adapter and further modules; call it in a thread, so that keys stay live."""
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # looking for them is slow
    # httpx imports its own command line, and with it rich. This process has no use for it,
    # and every one-shot command would start 50 ms later.
    sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
    with import_without_gc():
        for module in (*modules, "entity_connections.zuora.client"):
            import_module(module)
