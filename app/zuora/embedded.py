"""The way to a server that lives in this process: what it does looks as it would on a socket."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import httpx

Message = MutableMapping[str, Any]
AsgiApp = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]],
    Awaitable[None],
]


class Embedded(httpx.ASGITransport):
    """Carries requests to an application; one that hangs up is a connection that broke."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return the answer to a request.

        Raises:
            httpx.ReadError: the application ended the connection instead.
        """
        try:
            return await super().handle_async_request(request)
        except ConnectionResetError:
            raise httpx.ReadError("The application hung up.") from None
        except Exception:  # noqa: BLE001 - any server would answer so
            return httpx.Response(500)
