"""A client secret printed by a command, such as that of a password manager."""

import io
import shlex
import subprocess
import threading

from entity_connections.domain.secret import SecretValue
from entity_connections.domain.text import clean
from entity_connections.settings.errors import SettingsError
from entity_connections.settings.reading import secret_in
from entity_connections.settings.secrets.secret_files import LIMIT

SECONDS = 30.0
"""How long the command may take: somebody may have to touch a key first."""
AFTER_ITS_END = 1.0
"""Seconds for what it printed to arrive, where a child of it keeps its output open."""


def program(command: str) -> str:
    """Return the first word of a command: what may be shown of it.

    Raises:
        SettingsError: it is not a command.
    """
    return clean(_words(command)[0], 64)


def run(command: str, seconds: float = SECONDS) -> SecretValue:
    """Return the first line that a command prints.

    It runs without a shell and without an input; what it says on its error
    output is thrown away, for it might hold the secret.

    Raises:
        SettingsError: it cannot be run, fails, takes too long or prints nothing.
    """
    words = _words(command)
    where = f"The secret_command ({clean(words[0], 64)} …)"
    try:
        process = subprocess.Popen(  # noqa: S603 - the user's own command, from the user's own file
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        )
    except (OSError, ValueError) as error:
        problem = getattr(error, "strerror", None) or "not a command"
    else:
        return _printed(process, where, seconds)
    # Raised outside the handler, whose words hold the whole command.
    raise SettingsError(f"{where} cannot be run: {problem}.")


def _printed(process: "subprocess.Popen[bytes]", where: str, seconds: float) -> SecretValue:
    held = bytearray()
    whole = threading.Event()

    def collect() -> None:
        with process.stdout or io.BytesIO() as output:
            while len(held) <= LIMIT and (part := output.read(LIMIT)):
                held.extend(part)
        # Whoever prints without end gets a broken pipe now.
        whole.set()

    # In a thread: a child of the command may hold its output open long after its end.
    threading.Thread(target=collect, name="secret-command", daemon=True).start()
    try:
        status = process.wait(seconds)
    except subprocess.TimeoutExpired:
        status = None
    finally:
        process.kill()
    if status is None:
        raise SettingsError(f"{where} took longer than {seconds:g} seconds.")
    whole.wait(AFTER_ITS_END)
    if len(held) > LIMIT:
        raise SettingsError(f"{where} printed more than {LIMIT:,} bytes: that is no secret.")
    if status != 0:
        how = f"exit status {status}" if status > 0 else f"signal {-status}"
        raise SettingsError(f"{where} failed with {how}. Run it by hand to see why.")
    return secret_in(bytes(held), f"The output of the {where[4:]}")


def _words(command: str) -> list[str]:
    try:
        words = shlex.split(command)
    except ValueError:
        words = []
    if not words or not words[0]:
        raise SettingsError(
            "The secret_command is not a command: a quote is missing, or all of it."
        )
    return words
