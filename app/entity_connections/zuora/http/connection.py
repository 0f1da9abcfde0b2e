"""Single HTTP exchanges with one server, limited in number, time and size, and logged."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import NamedTuple, TypeVar

import httpx

from entity_connections import __version__
from entity_connections.domain import errors
from entity_connections.domain.base_url import is_loopback
from entity_connections.domain.clock import now
from entity_connections.domain.errors import ZuoraError
from entity_connections.domain.ids import normalize_id
from entity_connections.domain.secret import SecretValue
from entity_connections.services.request_log import ApiCall, RequestLog
from entity_connections.zuora.http.rate_limit import parse_rate_limit
from entity_connections.zuora.http.responses import Response, request_id_of
from entity_connections.zuora.http.retry import Deadline, RetryPolicy
from entity_connections.zuora.http.tls import create_ssl_context
from entity_connections.zuora.http.transport_errors import convert_httpx_error

_HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip",
    "User-Agent": f"entity-connections/{__version__}",
}

T = TypeVar("T")


class HttpLimits(NamedTuple):
    """The limits of one exchange. All times in seconds.

    Attributes:
        connect: to open a connection.
        read: between two parts of a response.
        write: to send a part of a request.
        exchange: from the request to the last byte of its response. Zuora's own gateway
            gives up after 120.
        max_concurrency: exchanges at the same time; Zuora allows 40 in an entity.
        max_response_bytes: size of a response body, decompressed. A page of 300
            connections has 60,000.
    """

    connect: float = 10.0
    read: float = 60.0
    write: float = 30.0
    exchange: float = 130.0
    max_concurrency: int = 8
    max_response_bytes: int = 4_000_000


def create_http_client(
    base_url: str, limits: HttpLimits, transport: httpx.AsyncBaseTransport | None = None
) -> httpx.AsyncClient:
    """Create an HTTP client that follows no redirects and keeps no cookies.

    Proxies of the environment are used as httpx does, but never for this machine.
    Blocks while the certificate authorities are read; any thread may call it.

    Args:
        base_url: the REST root, as `entity_connections.domain.base_url` normalizes it.
        limits: the timeouts and the size of the connection pool.
        transport: replaces the network; for a server in this process, and for tests.

    Raises:
        CertificateError: the certificate authorities cannot be read.
        Unreachable: the proxy that the environment names cannot be used.
    """
    needs_tls = transport is None and base_url.startswith("https:")
    verify = create_ssl_context() if needs_tls else False
    try:
        return httpx.AsyncClient(
            base_url=base_url,
            headers=_HEADERS,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            follow_redirects=False,
            limits=httpx.Limits(max_connections=limits.max_concurrency, keepalive_expiry=5.0),
            timeout=httpx.Timeout(
                connect=limits.connect, read=limits.read, write=limits.write, pool=limits.connect
            ),
            transport=transport,
            trust_env=not is_loopback(base_url),
            verify=verify,
        )
    except (ValueError, ImportError, httpx.InvalidURL):  # ImportError: SOCKS needs a package
        raise errors.Unreachable(
            "The proxy that HTTPS_PROXY or ALL_PROXY names cannot be used."
        ) from None


class HttpConnection:
    """Sends single requests to one server and logs each.

    Attributes:
        client: made by `create_http_client`; builds the requests.
        retry_policy: for those who send requests more than once.
        request_log: gets every exchange.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        limits: HttpLimits,
        retry_policy: RetryPolicy,
        request_log: RequestLog,
    ) -> None:
        self.client = client
        self.retry_policy = retry_policy
        self.request_log = request_log
        self._limits = limits
        self._slots = asyncio.Semaphore(limits.max_concurrency)

    @contextlib.asynccontextmanager
    async def slot(self, deadline: Deadline) -> AsyncIterator[None]:
        """Hold one of the `max_concurrency` slots; every request needs one."""
        async with deadline.limit_wait():
            await self._slots.acquire()
        try:
            yield
        finally:
            self._slots.release()

    async def send(
        self,
        request: httpx.Request,
        parse: Callable[[Response], T],
        secret: SecretValue,
        attempt: int,
        auth: httpx.Auth | None = None,
    ) -> T:
        """Send a request once, log it, and parse the response.

        Args:
            request: built by `client`.
            parse: raises a ZuoraError for a response that does not mean success.
            secret: the secret in the request; no text of the response may repeat it.
            attempt: number of the attempt, for the log.
            auth: adds the token.

        Raises:
            ZuoraError: there is no complete response, or `parse` raised it.
        """
        monotonic = asyncio.get_running_loop().time
        sent_at, started = now(), monotonic()
        response: Response | None = None
        trouble = codes = ""
        self.request_log.in_flight.append(started)
        try:
            response = await self._exchange(request, auth, secret)
            rate_limit = parse_rate_limit(response.headers, sent_at)
            self.request_log.budget = rate_limit or self.request_log.budget
            return parse(response)
        except ZuoraError as error:
            trouble, codes = error.title, error.codes
            raise
        except asyncio.CancelledError:
            trouble = "Given up"
            raise
        finally:
            self.request_log.in_flight.remove(started)
            call = ApiCall(
                at=sent_at,
                method=request.method,
                path=request.url.raw_path.decode("ascii", "replace"),
                acting_id=normalize_id(request.headers.get("Zuora-Entity-Ids", "")),
                track_id=request.headers.get("Zuora-Track-Id", ""),
                key=request.headers.get("Idempotency-Key", ""),
                attempt=attempt,
                seconds=monotonic() - started,
                status=response.status if response else None,
                request_id=request_id_of(response) if response else "",
                trouble=trouble,
                codes=codes,
            )
            self.request_log.add(call)

    async def _exchange(
        self, request: httpx.Request, auth: httpx.Auth | None, secret: SecretValue
    ) -> Response:
        try:
            async with asyncio.timeout(self._limits.exchange):
                response = await self.client.send(request, auth=auth, stream=True)
                try:
                    body = await self._read_body(response)
                finally:
                    await response.aclose()
        except TimeoutError:
            raise errors.NoResponse("Zuora did not answer in time.") from None
        except httpx.HTTPError as error:
            raise convert_httpx_error(error) from None
        return Response(response.status_code, response.headers, body, secret)

    async def _read_body(self, response: httpx.Response) -> bytes:
        # httpx decompresses what it got at once: at most 64 kB, which is 64 MB at worst.
        limit = self._limits.max_response_bytes
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > limit:
                raise errors.InvalidResponse(
                    f"The answer is larger than {limit:,} bytes; the rest was not read."
                )
        return bytes(body)
