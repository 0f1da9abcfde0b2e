"""A fresh tenant for every test."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.fake.server import Server

Open = Callable[..., Server]


@pytest.fixture
def open_server() -> Iterator[Open]:
    """Return a function that opens a server; all are closed at the end."""
    servers: list[Server] = []

    def open_one(*args: Any, **how: Any) -> Server:
        servers.append(Server(*args, **how))
        return servers[-1]

    yield open_one
    for server in servers:
        server.tenant.close()


@pytest.fixture
def server(open_server: Open) -> Server:
    """Return Zuora's example company."""
    return open_server()
