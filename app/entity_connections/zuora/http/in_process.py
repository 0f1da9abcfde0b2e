"""Sends requests to an ASGI application in this process instead of to the network."""

import logging
from collections.abc import Awaitable, Callable

import httpx

from entity_connections.domain.errors import ZuoraError

_LOG = logging.getLogger("entity-connections.fake")

AsgiApp = Callable[..., Awaitable[None]]


class InProcessTransport(httpx.ASGITransport):
    """Behaves like a connection: an application that fails or hangs up looks as on a socket."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; an application that fails is logged and responds with HTTP 500."""
        try:
            return await super().handle_async_request(request)
        except ConnectionRefusedError:
            raise httpx.ConnectError("The application refused the connection.") from None
        except ConnectionResetError:
            raise httpx.ReadError("The application hung up.") from None
        except ZuoraError:  # it tells what happened better than a response can
            raise
        except Exception:  # noqa: BLE001 - whatever it is
            _LOG.exception("The server in this process failed, and answers with HTTP 500.")
            return httpx.Response(500)
