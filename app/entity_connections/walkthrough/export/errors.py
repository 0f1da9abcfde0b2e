"""Why nothing is exported."""


class ExportError(Exception):
    """What stands in the way of an export, in a sentence with its remedy."""
