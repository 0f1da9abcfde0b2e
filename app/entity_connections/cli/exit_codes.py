"""How the program ends, for scripts to build on."""

from enum import IntEnum

import click


class ExitCode(IntEnum):
    """How the program ends; 128 plus a signal's number when one ended it."""

    DONE = 0
    """What was asked for is done; for a write: the list shows it."""
    REFUSED = 1
    """Zuora said no, or the connection is not what it was: nothing changed. Or a walkthrough
    did not come about, or `journal verify` found something."""
    USAGE = 2
    """Arguments, settings or the terminal cannot be used, or name nothing: no write was sent."""
    NO_ACCESS = 3
    """Zuora cannot be reached, does not know us, or does not answer sensibly."""
    UNKNOWN = 4
    """A write was sent and nobody can say yet what became of it."""
    CRASHED = 70
    """An error in the program itself (sysexits: EX_SOFTWARE)."""
    NO_OUTPUT = 74
    """It worked, but stdout did not take all of what there was to say (sysexits: EX_IOERR)."""
    INTERRUPTED = 130
    """Ended by ctrl+c, or by answering a question with no."""


class CliError(click.ClickException):
    """Ends the program with a sentence on stderr.

    Attributes:
        code: how the program ends.

    Args:
        sentence: why, for people.
        code: how the program ends.
    """

    def __init__(self, sentence: str, code: ExitCode) -> None:
        super().__init__(sentence)
        self.code = code


def worst_code(codes: "list[ExitCode]") -> ExitCode:
    """Return the code of several things done one after another: the one to act on first."""
    order = (
        ExitCode.DONE,
        ExitCode.REFUSED,
        ExitCode.USAGE,
        ExitCode.NO_ACCESS,
        ExitCode.UNKNOWN,
        ExitCode.INTERRUPTED,
    )
    return max(codes, key=order.index, default=ExitCode.DONE)
