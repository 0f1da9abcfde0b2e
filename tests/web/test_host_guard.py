"""Host names and origins that are allowed and refused."""

import socket
from collections.abc import Iterator

import pytest
from entity_connections.web.host_guard import HostGuard


@pytest.fixture
def local() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


@pytest.fixture
def everywhere() -> Iterator[socket.socket]:
    with socket.create_server(("0.0.0.0", 0)) as listening:
        yield listening


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:9000", "localhost.", "127.0.0.1:8050", "127.8.8.8", "[::1]:80"]
)
def test_names_of_this_machine_are_allowed(local: socket.socket, host: str) -> None:
    assert HostGuard.for_socket(local).allows(host)


@pytest.mark.parametrize(
    "host",
    ["", "evil.example", "localhost.evil.example", "evil.example:8050", "10.0.0.7", "[::1",
     "evil.example#@localhost", "127.0.0.1.nip.io", "0.0.0.0", "[::ffff:10.0.0.7]"],
)  # fmt: skip
def test_other_names_are_refused(local: socket.socket, host: str) -> None:
    assert not HostGuard.for_socket(local).allows(host)


def test_a_further_name_is_allowed(local: socket.socket) -> None:
    assert HostGuard.for_socket(local, ["Demo.Acme.Example."]).allows("demo.acme.example:443")


def test_a_server_open_to_the_network_is_reached_by_address_and_machine_name(
    everywhere: socket.socket,
) -> None:
    guard = HostGuard.for_socket(everywhere)
    assert guard.allows("192.168.1.20:8050")
    assert guard.allows("[fd00::1]:8050")
    assert guard.allows(socket.gethostname())
    assert not guard.allows("evil.example")


@pytest.mark.parametrize(
    "origin",
    [None, "null", "http://evil.example", "http://localhost:3000", "http://localhost",
     "http://127.0.0.1:8050", "http://localhost:8050.evil.example", "file://"],
)  # fmt: skip
def test_only_a_page_of_the_same_origin_may_open_a_websocket(
    local: socket.socket, origin: str | None
) -> None:
    guard = HostGuard.for_socket(local)
    assert guard.find_problem("localhost:8050", origin, is_websocket=True)
    assert not guard.find_problem("localhost:8050", "http://localhost:8050", is_websocket=True)
    assert not guard.find_problem("localhost:8050", "https://localhost:8050", is_websocket=True)
    assert not guard.find_problem("localhost:8050", origin, is_websocket=False)
