"""A recorded walkthrough as files: pictures, a page, a terminal recording."""

from entity_connections.walkthrough.export.errors import ExportError
from entity_connections.walkthrough.export.exporting import export, try_out

__all__ = ["ExportError", "export", "try_out"]
