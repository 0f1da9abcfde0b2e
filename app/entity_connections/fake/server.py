"""A fake tenant on a socket, served by uvicorn."""

import os
import socket
from asyncio import Transport
from ipaddress import ip_address
from weakref import WeakValueDictionary

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from entity_connections.fake.faults.middleware import CLOSE_CONNECTION, IS_STOPPING


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on an address; port 0 takes any free port.

    Raises:
        OSError: The port is in use, or the address does not belong to this machine.
    """
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    # asyncio sets TCP_NODELAY only on connections of sockets that name the protocol.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if os.name == "posix":
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(address[:2])
        listening.listen()
    except OSError:
        listening.close()
        raise
    return listening


def base_url(listening: socket.socket) -> str:
    """Return the URL under which this machine reaches what listens on a socket."""
    host, port = listening.getsockname()[:2]
    if ip_address(host).is_unspecified:  # it listens on every address of this machine
        host = "::1" if ":" in host else "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def create_server(app: ASGIApp) -> uvicorn.Server:
    """Return a server for `run(sockets=[...])` that provides the extensions of `FaultMiddleware`.

    It serves until its `should_exit` is True, and then waits a second for calls under way.
    """
    transports: WeakValueDictionary[tuple[str, int], Transport] = WeakValueDictionary()

    class Protocol(H11Protocol):
        """Remembers the transport of each client, so that a fault can close it."""

        def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            transports[transport.get_extra_info("peername")[:2]] = transport

    async def call_app(scope: Scope, receive: Receive, send: Send) -> None:
        scope["extensions"] = {
            CLOSE_CONNECTION: transports[scope["client"]].close,
            IS_STOPPING: lambda: server.should_exit,
        }
        await app(scope, receive, send)

    config = uvicorn.Config(
        call_app,
        http=Protocol,
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        log_level="critical",  # mistakes of callers are reported to the callers
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    return server
