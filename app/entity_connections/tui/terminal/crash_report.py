"""The report that is printed after a crash: where it happened, without values of variables."""

import sys
import traceback
from typing import Final

from rich.text import Text

from entity_connections.domain.text import clean

CRASH_HEADER: Final = (
    "Sorry, entity-connections stopped: an error in the program itself.\n"
    "Where it happened, without the values of any variables:\n"
)


def make_crash_report(error: BaseException | None = None) -> Text:
    """Return the traceback of `error`, by default the exception being handled, for `App.panic`.

    It has no values of variables: Textual's own report shows them, secrets among them.
    """
    error = error or sys.exception()
    lines = [CRASH_HEADER]
    if error is not None:
        parts = traceback.TracebackException.from_exception(error, capture_locals=False).format()
        lines += [clean(line) for part in parts for line in part.splitlines()]
    return Text("\n".join(lines), no_wrap=True, overflow="ignore")
