"""What is printed of an error in the program: where it happened, and no values of variables."""

import sys
import traceback
from typing import Final

from rich.text import Text

from entity_connections.domain.text import clean

SORRY: Final = (
    "Sorry, entity-connections stopped: an error in the program itself.\n"
    "Where it happened, without the values of any variables:\n"
)


def crash_report(error: BaseException | None = None) -> Text:
    """Return what to print of `error`, by default of the one being handled.

    An apology and the traceback, without values of variables (Textual's own
    report shows them, secrets among them) and with nothing in it that could
    act on the terminal. For `App.panic`; `str` of it is the plain text.
    """
    error = error or sys.exception()
    lines = [SORRY]
    if error is not None:
        parts = traceback.TracebackException.from_exception(error, capture_locals=False).format()
        lines += [clean(line) for part in parts for line in part.splitlines()]
    return Text("\n".join(lines), no_wrap=True, overflow="ignore")
