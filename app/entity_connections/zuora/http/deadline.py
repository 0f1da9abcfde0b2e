"""Until when a call may still be sent."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from entity_connections.domain.clock import wall_time
from entity_connections.domain.errors import ZuoraError


class Deadline:
    """The end of the time in which a call may leave, on two clocks.

    The loop's may stand still while the machine sleeps, and the other may be set:
    it has passed when it has on either.

    Attributes:
        at: when it is, on `asyncio`'s clock.

    Args:
        seconds: from now.
    """

    def __init__(self, seconds: float) -> None:
        self.at = asyncio.get_running_loop().time() + seconds
        self._wall = wall_time() + seconds

    def check(self) -> None:
        """Let a call leave.

        Raises:
            ZuoraError: it has passed; nothing was sent.
        """
        if asyncio.get_running_loop().time() > self.at or wall_time() > self._wall:
            raise _late()

    @contextlib.asynccontextmanager
    async def waiting(self) -> AsyncIterator[None]:
        """Wait no longer than until then for what a call needs.

        Raises:
            ZuoraError: it has passed; nothing was sent.
        """
        try:
            async with asyncio.timeout_at(self.at):
                yield
        except TimeoutError:
            raise _late() from None


def _late() -> ZuoraError:
    return ZuoraError("It took too long until it could be sent, so this try was not sent.")
