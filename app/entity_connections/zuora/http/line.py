"""The line to the server: a few exchanges at a time, each limited in time and size, and noted."""

import asyncio
import contextlib
import zlib
from collections.abc import AsyncIterator, Callable
from typing import TypeVar
from urllib.parse import urlencode

import httpx

from entity_connections import __version__
from entity_connections.domain import errors
from entity_connections.domain.clock import now
from entity_connections.domain.errors import ZuoraError
from entity_connections.domain.ids import normalize_id
from entity_connections.domain.secret import SecretValue
from entity_connections.services.request_log import ApiCall, RequestLog
from entity_connections.zuora.http import responses as answers
from entity_connections.zuora.http.deadline import Deadline
from entity_connections.zuora.http.failures import failure
from entity_connections.zuora.http.patience import Patience
from entity_connections.zuora.http.rate_limit import budget_of
from entity_connections.zuora.http.responses import Answer

_ALWAYS = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip",
    "User-Agent": f"entity-connections/{__version__}",
}

Meaning = TypeVar("Meaning")


class Line:
    """One way to one server, and to no other.

    Requests go straight into httpx's transport: its client would follow, remember
    and merge things that are not wanted here, in half the time of a call.

    Args:
        transport: carries the requests.
        root: the REST root, as `entity_connections.domain.base_url.normalize_base_url` returns it.

    Attributes:
        traffic: where every exchange is noted.
        patience: the limits.
    """

    def __init__(
        self,
        transport: httpx.AsyncBaseTransport,
        root: str,
        traffic: RequestLog,
        patience: Patience,
    ) -> None:
        self.traffic = traffic
        self.patience = patience
        self._transport = transport
        self._root = root
        self._timeouts = {
            "connect": patience.connect,
            "read": patience.read,
            "write": patience.write,
            "pool": patience.connect,
        }
        self._slots = asyncio.Semaphore(patience.at_once)

    async def aclose(self) -> None:
        """Close the connections to the server."""
        await self._transport.aclose()

    def request(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        *,
        query: dict[str, str] | None = None,
        json: dict[str, str] | None = None,
        form: dict[str, str] | None = None,
    ) -> httpx.Request:
        """Return a request to the server.

        Args:
            method: of HTTP.
            path: from the root on, with what is not plain quoted.
            headers: beside those that every request has.
            query: behind the path.
            json: the body, as an object.
            form: the body, as a form.
        """
        return httpx.Request(
            method,
            f"{self._root}{path}{f'?{urlencode(query)}' if query else ''}",
            headers=_ALWAYS | headers,
            json=json,
            data=form,
            extensions={"timeout": self._timeouts},
        )

    async def exchange(
        self,
        request: httpx.Request,
        read: Callable[[Answer], Meaning],
        hidden: SecretValue,
        attempt: int = 1,
        deadline: Deadline | None = None,
        check: Callable[[], None] = lambda: None,
    ) -> Meaning:
        """Send a request once and return what `read` makes of the answer.

        Args:
            request: made by this line.
            read: raises a ZuoraError for an answer that is not as it should be.
            hidden: the secret in the request, kept out of every text of the answer.
            attempt: which try of the call it is.
            deadline: until when it may wait for its turn.
            check: called right before it is sent; raises a ZuoraError to stop it.

        Raises:
            ZuoraError: there is no answer, or `read` or `check` raised it.
        """
        async with self._slot(deadline or Deadline(self.patience.total)):
            check()
            at, started = now(), asyncio.get_running_loop().time()
            answer: Answer | None = None
            trouble = codes = ""
            self.traffic.sent.append(started)
            try:
                answer = await self._answer(request, hidden)
                self.traffic.budget = budget_of(answer.headers, at) or self.traffic.budget
                return read(answer)
            except ZuoraError as error:
                trouble, codes = error.title, error.codes
                raise
            except asyncio.CancelledError:
                trouble = "Given up"
                raise
            finally:
                self.traffic.sent.remove(started)
                self.traffic.note(
                    ApiCall(
                        at=at,
                        method=request.method,
                        path=request.url.raw_path.decode("ascii", "replace"),
                        acting_id=normalize_id(request.headers.get("Zuora-Entity-Ids", "")),
                        track_id=request.headers.get("Zuora-Track-Id", ""),
                        key=request.headers.get("Idempotency-Key", ""),
                        attempt=attempt,
                        seconds=asyncio.get_running_loop().time() - started,
                        status=answer.status if answer else None,
                        request_id=answers.request_id_of(answer) if answer else "",
                        trouble=trouble,
                        codes=codes,
                    )
                )

    @contextlib.asynccontextmanager
    async def _slot(self, deadline: Deadline) -> AsyncIterator[None]:
        async with deadline.waiting():
            await self._slots.acquire()
        try:
            yield
        finally:
            self._slots.release()

    async def _answer(self, request: httpx.Request, hidden: SecretValue) -> Answer:
        try:
            async with asyncio.timeout(self.patience.exchange):
                response = await self._transport.handle_async_request(request)
                try:
                    body = await _body(response, self.patience.largest)
                finally:
                    await response.aclose()
        except TimeoutError:
            raise errors.NoResponse("Zuora did not answer in time.") from None
        except httpx.HTTPError as error:
            raise failure(error) from None
        return Answer(response.status_code, response.headers, body, hidden)


async def _body(response: httpx.Response, largest: int) -> bytes:
    """Return the whole body, decompressed; never more of it in memory than is allowed."""
    coding = response.headers.get("Content-Encoding", "").strip().lower()
    if coding not in ("", "identity", "gzip", "x-gzip"):
        raise errors.InvalidResponse("The answer is compressed in a way that was not asked for.")
    unzip = zlib.decompressobj(wbits=31) if "gzip" in coding else None
    body = bytearray()
    async for piece in response.stream:  # type: ignore[union-attr]  # an async one, by its client
        if unzip:
            try:
                piece = unzip.decompress(piece, largest - len(body) + 1)
            except zlib.error:
                raise errors.InvalidResponse("The answer's compression is broken.") from None
        body += piece
        if len(body) > largest:
            raise errors.InvalidResponse(
                f"The answer is larger than {largest:,} bytes; the rest was not read."
            )
    if unzip and body and not unzip.eof:
        raise errors.NoResponse("The connection to Zuora broke before the answer was whole.")
    return bytes(body)
