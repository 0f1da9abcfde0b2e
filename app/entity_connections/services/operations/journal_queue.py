"""Writes to the journal off the event loop, several in one transaction."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from entity_connections.services.operations.conflicts import OperationInProgressError
from entity_connections.services.storage.journal import Journal, JournalWriter

T = TypeVar("T")


class JournalQueue:
    """Collects records while the disk is busy, and writes them in one transaction.

    Each transaction waits for the disk; without it, writes to Zuora that run at the same time
    would wait for one another. The anchor is moved behind the first transaction only: it waits for
    the disk twice, and `record_outcomes` moves it behind the last.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._waiting: list[tuple[Callable[[JournalWriter], Any], asyncio.Future[Any]]] = []
        self._task: asyncio.Task[None] | None = None
        self._anchored = False

    async def write(self, record: Callable[[JournalWriter], T]) -> T:
        """Call `record` in a transaction; return its result once the disk has it.

        Raises:
            OperationInProgressError: as `record` does; the others in the transaction are written.
            JournalError: the journal cannot be written.
        """
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((record, future))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write_waiting())
        return await future

    async def finish(self) -> None:
        """Wait until all is written."""
        if self._task is not None:
            await self._task

    async def _write_waiting(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                results = await asyncio.to_thread(self._write, [record for record, _ in batch])
            except asyncio.CancelledError:
                raise
            except BaseException as error:  # noqa: BLE001 - raised again in all that wait
                results = [error] * len(batch)
            for (_, future), result in zip(batch, results, strict=True):
                if future.done():  # cancelled
                    continue
                if isinstance(result, BaseException):
                    future.set_exception(result)
                else:
                    future.set_result(result)
            if not self._anchored:
                self._anchored = True
                await asyncio.to_thread(self._journal.move_anchor)

    def _write(self, records: list[Callable[[JournalWriter], Any]]) -> list[Any]:
        results: list[Any] = []
        with self._journal.write(moves_anchor=False) as writer:
            for record in records:
                try:
                    results.append(record(writer))
                except OperationInProgressError as error:
                    results.append(error)
        return results
