"""Single HTTP exchanges with one server, limited in number, time and size, and logged."""

import asyncio
import contextlib
import re
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from http.cookiejar import CookieJar
from typing import Any, TypeVar

import httpx

from entity_connections import __version__
from entity_connections.domain import errors
from entity_connections.domain.clock import now
from entity_connections.domain.errors import ZuoraError
from entity_connections.domain.ids import normalize_id
from entity_connections.domain.proxy import INVALID_URL, ProxyChoice
from entity_connections.domain.secret import Secret
from entity_connections.domain.zuora_api import MayRepeat
from entity_connections.services.request_log import (
    ApiCall,
    GaveUpWaitingError,
    RequestLog,
    RetryDelay,
)
from entity_connections.zuora.http.limits import HttpLimits, SilenceLimit
from entity_connections.zuora.http.responses import Response, parse_rate_limit, request_id_of
from entity_connections.zuora.http.retry import Deadline, RetryPolicy, RetrySafety, retry
from entity_connections.zuora.http.tls import create_ssl_context, make_tls_error

MAX_RESPONSE_BYTES = 4_000_000
"""Most bytes of a body, decompressed. A page of 300 connections has 60,000."""

_HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip",
    "User-Agent": f"entity-connections/{__version__}",
}
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)

T = TypeVar("T")


class _NoCookies(CookieJar):
    """Takes no cookie from any response."""

    def extract_cookies(self, response: object, request: object) -> None:
        pass


def create_http_client(
    base_url: str,
    limits: HttpLimits,
    proxy: ProxyChoice,
    transport: httpx.AsyncBaseTransport | None = None,
) -> httpx.AsyncClient:
    """Create an HTTP client that follows no redirects and keeps no cookies, as `ZuoraClient`.

    Raises:
        ZuoraError: the proxy, or what an environment variable says about TLS, cannot be used.
    """
    needs_tls = transport is None and base_url.startswith("https:")
    tls = create_ssl_context() if needs_tls else None
    try:
        return httpx.AsyncClient(
            base_url=base_url,
            headers=_HEADERS,
            cookies=_NoCookies(),
            follow_redirects=False,
            limits=httpx.Limits(max_connections=limits.max_concurrency, keepalive_expiry=5.0),
            timeout=httpx.Timeout(limits.read, connect=limits.connect),
            transport=transport,
            proxy=_make_httpx_proxy(proxy, tls),
            trust_env=False,  # `choose_proxy` and `create_ssl_context` have read it
            verify=tls or False,
        )
    except (ValueError, httpx.InvalidURL):
        raise errors.ProxySetupError(
            f"The proxy's URL ({proxy.reason}) cannot be used: it must be http://HOST:PORT or"
            " http://USER:PASSWORD@HOST:PORT, or the same with https. In a password, #, / and @"
            " are written %23, %2F and %40."
        ) from None


def _make_httpx_proxy(proxy: ProxyChoice, tls: ssl.SSLContext | None) -> httpx.Proxy | None:
    if proxy.url is None:
        return None
    if proxy.shown == INVALID_URL:
        raise ValueError(INVALID_URL)
    # The context is for the way to the proxy, and an error where that is http.
    ssl_context = tls if proxy.shown.startswith("https:") else None
    return httpx.Proxy(proxy.url.get_secret_value(), ssl_context=ssl_context)


class HttpConnection:
    """Sends single requests, built by `client`, and logs each in `request_log`."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        limits: HttpLimits,
        retry_policy: RetryPolicy,
        request_log: RequestLog,
        proxy: ProxyChoice,
    ) -> None:
        self.client = client
        self.request_log = request_log
        self._retry_policy = retry_policy
        self._limits = limits
        self._proxy = proxy
        self._slots = asyncio.Semaphore(limits.max_concurrency)
        self._silence = SilenceLimit(limits.silence)

    def start_deadline(self) -> Deadline:
        """Return the deadline of a call that starts now."""
        return Deadline(self._retry_policy.total)

    async def retry(
        self,
        attempt: Callable[[int], Awaitable[T]],
        safety: RetrySafety,
        deadline: Deadline,
        may_repeat: MayRepeat | None = None,
    ) -> T:
        """Repeat an attempt as `retry.retry` does."""
        return await retry(attempt, safety, self._retry_policy, deadline, self._wait, may_repeat)

    async def _wait(self, delay: RetryDelay) -> bool:
        monotonic = asyncio.get_running_loop().time
        started = monotonic()
        try:
            return await self.request_log.wait(delay)
        finally:
            self._silence.count_delay(started, monotonic())

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
        secrets: tuple[Secret, ...],
        attempt: int,
    ) -> T:
        """Send a request, which needs a slot, once, log it, and parse the response.

        `parse` raises a ZuoraError for a response that does not mean success. No text of the
        response may repeat one of the `secrets`, which the server knows.
        """
        monotonic = asyncio.get_running_loop().time
        sent_at, started = now(), monotonic()
        seconds = min(self._limits.exchange, self._silence.check())
        response: Response | None = None
        trouble = codes = ""
        self.request_log.in_flight.append(started)
        try:
            response = await self._exchange(request, secrets, seconds)
            rate_limit = parse_rate_limit(response.headers, sent_at)
            self.request_log.rate_limit = rate_limit or self.request_log.rate_limit
            return parse(response)
        except ZuoraError as error:
            trouble, codes = error.title, error.codes
            raise
        except asyncio.CancelledError:
            trouble = "Given up"
            raise
        finally:
            self.request_log.in_flight.remove(started)
            self._silence.count_call(started, monotonic(), answered=response is not None)
            call = ApiCall(
                at=sent_at,
                method=request.method,
                path=request.url.raw_path.decode(),
                acting_id=normalize_id(request.headers.get("Zuora-Entity-Ids", "")),
                track_id=request.headers["Zuora-Track-Id"],
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
        self, request: httpx.Request, secrets: tuple[Secret, ...], seconds: float
    ) -> Response:
        body = bytearray()
        end = asyncio.get_running_loop().time() + seconds
        with convert_errors(request, self._proxy):
            async with self.request_log.wait_until(end):
                response = await self.client.send(request, stream=True)
                async with contextlib.aclosing(response):
                    # httpx decompresses 64 kB at once, which is 64 MB at worst.
                    async for chunk in response.aiter_bytes():
                        body += chunk
                        if len(body) > MAX_RESPONSE_BYTES:
                            raise errors.InvalidResponse(
                                f"The answer is larger than {MAX_RESPONSE_BYTES:,} bytes;"
                                " the rest was not read."
                            )
        return Response(response.status_code, response.headers, bytes(body), secrets)


@contextlib.contextmanager
def convert_errors(request: httpx.Request, proxy: ProxyChoice) -> Iterator[None]:
    """Turn an error of the block, which sends a request, into one of the domain.

    Only an error before there is a connection means "not sent": a kept connection that
    breaks may have carried the request. The messages of httpx may hold addresses and are
    left out.
    """
    asks_proxy = False

    async def trace(event: str, details: dict[str, Any]) -> None:
        nonlocal asks_proxy
        if event == "http11.send_request_headers.started":
            asks_proxy = details["request"].method == b"CONNECT"

    if proxy.url is not None:
        request.extensions["trace"] = trace
    try:
        yield
    except GaveUpWaitingError:
        kind = errors.ProxyError if asks_proxy else errors.NoResponse
        gave_up = kind("You gave up waiting.")
        gave_up.retries_exhausted = gave_up.gave_up = True
        raise gave_up from None
    except (TimeoutError, httpx.HTTPError) as error:
        if asks_proxy or isinstance(error, _NOT_SENT):
            raise _make_connect_error(error, request.url.host, proxy) from None
        raise _make_response_error(error) from None


def _make_connect_error(error: Exception, host: str, proxy: ProxyChoice) -> ZuoraError:
    """Create the error for a request that was not sent."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            if proxy.url is not None and not isinstance(cause, ssl.SSLCertVerificationError):
                what = f"leads to something that does not speak TLS, and not to {host}"
                return errors.ProxyError(f"The proxy {proxy} {what}.")
            return make_tls_error(cause)
        if isinstance(cause, socket.gaierror) and proxy.url is None:
            return errors.Unreachable(f"The name {host} is not known here.")
        cause = cause.__cause__ or cause.__context__
    if proxy.url is None:
        return errors.Unreachable("No connection to Zuora could be opened.")
    # httpx gives the status of a refusal only at the beginning of the message.
    status = (
        re.match(r"[1-9][0-9]{2}\b", str(error)) if isinstance(error, httpx.ProxyError) else None
    )
    if status is None:
        return errors.ProxyError(
            f"No connection to {host} could be opened through the proxy {proxy}."
        )
    sentence = f"The proxy {proxy} gives no connection to {host} (HTTP {status[0]})."
    if status[0] == "407":
        sentence = (
            f"The proxy {proxy} asks for a user name and a password, or for others (HTTP 407)."
        )
    refusal = (errors.ProxyRefusal if status[0] < "500" else errors.ProxyError)(sentence)
    refusal.status = int(status[0])
    return refusal


def _make_response_error(error: Exception) -> ZuoraError:
    """Create the error for a request that may have been sent and got no response."""
    if isinstance(error, httpx.DecodingError):
        return errors.InvalidResponse("The answer's compression is broken.")
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return errors.NoResponse("Zuora did not answer in time.")
    return errors.NoResponse("The connection to Zuora broke before the answer was whole.")
