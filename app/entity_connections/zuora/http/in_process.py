"""The way to a server that lives in this process: what it does looks as it would on a socket."""

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import httpx

_LOG = logging.getLogger("entity-connections.fake")

Message = MutableMapping[str, Any]
AsgiApp = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]],
    Awaitable[None],
]


class Embedded(httpx.ASGITransport):
    """Carries requests to an application; one that hangs up is a connection that broke.

    One that fails answers as any server would, and leaves in the log where it failed.
    """

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return the answer to a request.

        Raises:
            httpx.ReadError: the application ended the connection instead.
        """
        try:
            return await super().handle_async_request(request)
        except ConnectionResetError:
            raise httpx.ReadError("The application hung up.") from None
        except Exception:  # noqa: BLE001 - whatever it is
            _LOG.exception("The server in this process failed, and answers with HTTP 500.")
            return httpx.Response(500)
