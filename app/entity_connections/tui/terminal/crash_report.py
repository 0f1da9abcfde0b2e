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


def make_crash_report() -> Text:
    """Return the traceback of the exception being handled, for `App.panic`.

    It has no values of variables: Textual's own report shows them, secrets among them.
    """
    lines = "".join(traceback.format_exception(sys.exception())).splitlines()
    text = "\n".join([CRASH_HEADER, *map(clean, lines)])
    return Text(text, no_wrap=True, overflow="ignore")
