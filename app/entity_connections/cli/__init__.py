"""The command line, and the one place where the parts are put together.

Nothing heavy is imported before it is needed: `--version` and `--help` load
neither Textual nor httpx nor pydantic, a one-shot command loads no Textual, and
the screen is there before the tenant.
"""

from entity_connections.cli.heavy_imports import pause_garbage_collection

with pause_garbage_collection():
    from entity_connections.cli.program import main

__all__ = ["main"]
