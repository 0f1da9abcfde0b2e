"""Waiting that takes no time."""

import asyncio

from entity_connections.services.request_log import RequestLog, RetryDelay


class Hurried(RequestLog):
    """Remembers the pauses instead of making them.

    Attributes:
        pauses: (reason, seconds) of each.
        patient: how many pauses pass before somebody gives up.
    """

    def __init__(self, patient: int = 99) -> None:
        super().__init__()
        self.pauses: list[tuple[str, float]] = []
        self.patient = patient

    async def wait(self, wait: RetryDelay) -> bool:
        seconds = wait.until - asyncio.get_running_loop().time()
        self.pauses.append((wait.reason, round(seconds, 2)))
        await asyncio.sleep(0)
        return len(self.pauses) <= self.patient
