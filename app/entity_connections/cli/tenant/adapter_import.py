"""Imports the adapter to Zuora, as late and as fast as possible."""

import gc
import os
import sys
from importlib import import_module


def import_adapter(*modules: str) -> None:
    """Import the adapter and further modules; call it in a thread, so that keys stay live."""
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # looking for them is slow
    # httpx imports its own command line, and with it rich. This process has no use for it,
    # and every one-shot command would start 50 ms later.
    sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
    for module in (*modules, "entity_connections.zuora.client"):
        import_module(module)
    gc.freeze()  # the garbage collector need not look at what was imported: saves 50 ms
