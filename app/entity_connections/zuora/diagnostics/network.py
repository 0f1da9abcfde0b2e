"""The steps below the API, one by one: name, connection, certificate, clock."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from email.utils import parsedate_to_datetime

import httpx

from entity_connections.domain.clock import now
from entity_connections.domain.errors import ZuoraError
from entity_connections.zuora.http.connection import HttpLimits, create_http_client
from entity_connections.zuora.http.tls import create_ssl_context
from entity_connections.zuora.http.transport_errors import describe_certificate_error

TIMEOUT = 10.0
"""Seconds for each step."""


class NetworkError(Exception):
    """A step failed; the message is a sentence for people."""


async def resolve(host: str, port: int) -> tuple[str, ...]:
    """Look up the addresses of a host; raises NetworkError if there are none."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(TIMEOUT):
            infos = await loop.getaddrinfo(host, port)
    except TimeoutError:
        raise NetworkError(f"The name {host} was not looked up in {TIMEOUT:.0f} s.") from None
    except (OSError, UnicodeError):
        raise NetworkError(f"The name {host} is not known here.") from None
    return tuple(dict.fromkeys(str(address[0]) for *_, address in infos))


async def connect(host: str, port: int) -> None:
    """Open a TCP connection and close it; raises NetworkError if that fails."""
    try:
        async with _open_connection(host, port, None):
            pass
    except TimeoutError:
        raise NetworkError(f"{host} does not answer on port {port}.") from None
    except ConnectionRefusedError:
        raise NetworkError(f"{host} takes no connections on port {port}.") from None
    except OSError:
        raise NetworkError(f"There is no way to {host} on port {port}.") from None


async def read_certificate_expiry(host: str, port: int) -> float:
    """Read when the server's certificate expires, in seconds since 1970.

    Raises:
        NetworkError: the certificate is not trusted, or there is no TLS.
    """
    try:
        context = await asyncio.to_thread(create_ssl_context)
        async with _open_connection(host, port, context) as writer:
            certificate = writer.get_extra_info("peercert") or {}
            return float(ssl.cert_time_to_seconds(str(certificate["notAfter"])))
    except ZuoraError as error:
        raise NetworkError(error.sentence) from None
    except ssl.SSLCertVerificationError as error:
        raise NetworkError(describe_certificate_error(error)) from None
    except OSError:  # ssl.SSLError and TimeoutError are OSErrors
        raise NetworkError("The server does not speak TLS as it should.") from None
    except (KeyError, ValueError):
        sentence = "The server's certificate does not say how long it is good."
        raise NetworkError(sentence) from None


async def measure_clock_offset(base_url: str, limits: HttpLimits) -> float | None:
    """Measure how many seconds this machine's clock is ahead of a server's.

    Sends a request without a token: the header `Date` is in refusals, too.

    Returns:
        None if the server does not tell its time.
    """
    try:
        client = await asyncio.to_thread(create_http_client, base_url, limits)
        async with client, asyncio.timeout(limits.exchange), client.stream("GET", "/") as response:
            date = parsedate_to_datetime(response.headers.get("Date", ""))
        return (now() - date).total_seconds()
    except (ZuoraError, httpx.HTTPError, TimeoutError, ValueError, TypeError, OverflowError):
        return None


@contextlib.asynccontextmanager
async def _open_connection(
    host: str, port: int, context: ssl.SSLContext | None
) -> AsyncIterator[asyncio.StreamWriter]:
    async with asyncio.timeout(TIMEOUT):
        _, writer = await asyncio.open_connection(host, port, ssl=context)
    try:
        yield writer
    finally:
        writer.transport.abort()
