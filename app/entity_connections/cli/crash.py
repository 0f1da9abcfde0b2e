"""Reports an error in the program itself, without the values of variables."""

import sys
import traceback

from entity_connections.domain.text import clean


def report_crash() -> None:
    """Write the error that is being handled to stderr, without control characters."""
    error = sys.exception()
    lines = [
        "Sorry, entity-connections stopped: an error in the program itself.",
        "Where it happened, without the values of any variables:",
        "",
    ]
    if error is not None:
        parts = traceback.TracebackException.from_exception(error, capture_locals=False).format()
        lines += [clean(line) for part in parts for line in part.splitlines()]
    sys.stderr.write("\n".join([*lines, ""]))
