"""The steps below HTTP, one by one: a name, a connection, a certificate, a clock.

Only for finding out what is wrong: calls themselves go through `line`.
"""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from email.utils import parsedate_to_datetime

import httpx

from entity_connections.domain.clock import now
from entity_connections.domain.errors import CertificateError, ZuoraError
from entity_connections.domain.secret import Secret
from entity_connections.domain.text import clean
from entity_connections.services.request_log import RequestLog
from entity_connections.zuora.http.line import Line
from entity_connections.zuora.http.patience import Patience
from entity_connections.zuora.http.tls import authorities

LONGEST = 10.0
"""Seconds for each step."""


async def resolve(host: str, port: int) -> tuple[str, ...] | str:
    """Return the addresses of a host, or a sentence that says why there are none."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(LONGEST):
            found = await loop.getaddrinfo(host, port)
    except TimeoutError:
        return f"The name {host} was not looked up in {LONGEST:.0f} s."
    except (OSError, UnicodeError):
        return f"The name {host} is not known here."
    return tuple(dict.fromkeys(str(one[4][0]) for one in found))


async def connect(host: str, port: int) -> str:
    """Return "" when a connection comes about, else a sentence that says why not."""
    try:
        async with _connection(host, port, None):
            return ""
    except TimeoutError:
        return f"{host} does not answer on port {port}."
    except ConnectionRefusedError:
        return f"{host} takes no connections on port {port}."
    except OSError:
        return f"There is no way to {host} on port {port}."


async def certificate(host: str, port: int) -> float | str:
    """Return when the certificate ends, in seconds since 1970, or why it is not trusted."""
    try:
        trusted = await asyncio.to_thread(authorities)
        async with _connection(host, port, trusted) as writer:
            shown = writer.get_extra_info("peercert") or {}
            return float(ssl.cert_time_to_seconds(str(shown["notAfter"])))
    except CertificateError as error:
        return error.sentence
    except ssl.SSLCertVerificationError as error:
        why = clean(error.verify_message or "it does not fit", 120)
        return f"The server's certificate is not trusted: {why}."
    except (TimeoutError, OSError):  # an error of TLS is one of these
        return "The server does not speak TLS as it should."
    except (KeyError, ValueError):
        return "The server's certificate does not say how long it is good."


async def clock(root: str, patience: Patience) -> float | None:
    """Return how many seconds our clock is ahead of a server's, or None if it does not tell."""
    plain = not root.startswith("https:")
    try:
        trusted = False if plain else await asyncio.to_thread(authorities)
    except CertificateError:
        return None
    transport = httpx.AsyncHTTPTransport(verify=trusted)
    line = Line(transport, root, RequestLog(), patience)
    try:
        # Without a token: any answer will do, and most are refusals.
        date = await line.exchange(
            line.request("GET", "/", {}), lambda answer: answer.headers.get("Date", ""), Secret("")
        )
        ahead = now() - parsedate_to_datetime(date)
    except (ZuoraError, ValueError, TypeError, OverflowError):
        return None
    finally:
        await line.aclose()
    return ahead.total_seconds()


@contextlib.asynccontextmanager
async def _connection(
    host: str, port: int, tls: ssl.SSLContext | None
) -> AsyncIterator[asyncio.StreamWriter]:
    async with asyncio.timeout(LONGEST):
        _, writer = await asyncio.open_connection(host, port, ssl=tls)
    try:
        yield writer
    finally:
        writer.transport.abort()
