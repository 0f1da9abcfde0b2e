"""The exit codes of the program, and the error that ends it with one of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

import click


class ExitCode(IntEnum):
    """The exit code; 128 plus the number of a signal that ended the program.

    A command with several results ends with the highest of their codes.
    """

    DONE = 0
    """Done, or nothing was to be done; for a write, the list proves it."""
    REFUSED = 1
    """Zuora refused a write, or the connection has changed or is impossible: not applied. Also a
    walkthrough that failed, and a journal that was changed."""
    USAGE = 2
    """Arguments, settings, local files or the terminal cannot be used; not sent."""
    NO_ACCESS = 3
    """Zuora cannot be reached, refuses the credentials, or its answer is invalid; there is no
    client secret that may be used (none is stored, others can read its file, its command failed);
    or a list could not be read, or not whole, also where Zuora refused it. Also for a write of
    unknown outcome that a web page answered, not Zuora, unless its status says that Zuora was asked
    (502, 504)."""
    UNKNOWN = 4
    """A write was sent and its outcome is unknown."""
    CRASHED = 70
    """An error in the program itself (sysexits: EX_SOFTWARE)."""
    NO_OUTPUT = 74
    """Done, but stdout could not be written (sysexits: EX_IOERR)."""
    INTERRUPTED = 130
    """Ended by ctrl+c, or by answering a question with no."""


class CliError(click.ClickException):
    """Ends the program with a sentence on stderr and an exit code."""

    def __init__(self, sentence: str, code: ExitCode) -> None:
        super().__init__(sentence)
        self.code = code


@contextmanager
def usage_errors(*kinds: type[Exception]) -> Iterator[None]:
    """Let an error of these kinds, whose message is for the user, end the program with USAGE."""
    try:
        yield
    except kinds as error:
        raise CliError(str(error), ExitCode.USAGE) from error
