"""The register of every private part of Textual that this program uses, and why.

There is no public way to do what these parts are used for. A test checks that each still exists
in the installed Textual: a part that was renamed would otherwise fail late or, for an overridden
method, not at all. Whoever uses another private part adds it here.
"""

from typing import NamedTuple


class PrivatePart(NamedTuple):
    """A private module, class, method or attribute.

    Attributes:
        owner: its module, or "module:Class".
        name: its name.
        reason: what it is used for, and where.
    """

    owner: str
    name: str
    reason: str


_APP = "textual.app:App"
_WEB_DRIVER = "textual.drivers.web_driver:WebDriver"

PRIVATE_PARTS = (
    PrivatePart(
        _APP,
        "_fatal_error",
        "Overridden in app.py: Textual's crash report shows local variables, secrets included.",
    ),
    PrivatePart(
        _APP,
        "_handle_exception",
        "Overridden in app.py: an error in a widget of Textual closes that part of the screen.",
    ),
    PrivatePart(
        "textual._xterm_parser",
        "XTermParser",
        "Used in terminal/input.py: turns a whole escape sequence into messages.",
    ),
    PrivatePart(
        "textual.drivers.linux_driver:LinuxDriver",
        "_file",
        "Wrapped in terminal/driver.py: tells when output has been written to the terminal.",
    ),
    PrivatePart(
        _WEB_DRIVER,
        "_write",
        "Replaced in terminal/browser.py: a write to a closed pipe must not raise.",
    ),
    PrivatePart(
        _WEB_DRIVER,
        "_input_reader",
        "Read in terminal/browser.py: our parser replaces Textual's.",
    ),
    PrivatePart(
        _WEB_DRIVER,
        "_on_meta",
        "Called in terminal/browser.py for messages about the browser window.",
    ),
    PrivatePart(
        "textual.drivers._byte_stream",
        "ByteStream",
        "Used in terminal/browser.py: splits the bytes of the pipe into packets.",
    ),
    PrivatePart(
        "textual.drivers.web_driver",
        "_ExitInput",
        "Caught in terminal/browser.py: raised when the browser page is closed.",
    ),
    PrivatePart(
        "textual.widgets:Input",
        "_toggle_cursor",
        "Replaced in tests/tui/conftest.py: a blinking cursor would change the pictures.",
    ),
)
