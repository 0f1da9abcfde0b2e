"""Ends a process whose orderly exit takes too long."""

import threading
from collections.abc import Callable
from typing import Final

EXIT_TIMEOUT: Final = 2.0
"""Seconds that an orderly exit may take before the process is ended by force."""


def start_forced_exit(exit_process: Callable[[], object]) -> None:
    """Call `exit_process` after EXIT_TIMEOUT, unless the program has ended by then."""
    timer = threading.Timer(EXIT_TIMEOUT, exit_process)
    timer.daemon = True
    timer.start()
