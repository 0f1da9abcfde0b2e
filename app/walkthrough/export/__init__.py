"""A recorded walkthrough as files: pictures, a page, a terminal recording."""

from app.walkthrough.export.errors import ExportError
from app.walkthrough.export.exporting import export, try_out

__all__ = ["ExportError", "export", "try_out"]
