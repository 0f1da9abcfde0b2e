"""Which names and which pages are let in."""

import socket
from collections.abc import Iterator

import pytest
from entity_connections.web.gate import Gate


@pytest.fixture
def here() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


@pytest.fixture
def everywhere() -> Iterator[socket.socket]:
    with socket.create_server(("0.0.0.0", 0)) as listening:
        yield listening


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:9000", "localhost.", "127.0.0.1:8050", "127.8.8.8", "[::1]:80"]
)
def test_this_machine_goes_by_its_usual_names(here: socket.socket, host: str) -> None:
    assert Gate.of(here).knows(host)


@pytest.mark.parametrize(
    "host",
    ["", "evil.example", "localhost.evil.example", "evil.example:8050", "10.0.0.7", "[::1",
     "evil.example#@localhost", "localhost/", "127.0.0.1.nip.io", "0.0.0.0", "[::ffff:10.0.0.7]"],
)  # fmt: skip
def test_and_by_no_other(here: socket.socket, host: str) -> None:
    assert not Gate.of(here).knows(host)


def test_a_name_it_is_told_of_is_one_of_its_names(here: socket.socket) -> None:
    assert Gate.of(here, ["Demo.Acme.Example."]).knows("demo.acme.example:443")


def test_open_to_the_network_it_goes_by_every_address_and_its_own_name(
    everywhere: socket.socket,
) -> None:
    gate = Gate.of(everywhere)
    assert gate.knows("192.168.1.20:8050")
    assert gate.knows("[fd00::1]:8050")
    assert gate.knows(socket.gethostname())
    assert not gate.knows("evil.example")


@pytest.mark.parametrize(
    "origin",
    [None, "null", "http://evil.example", "http://localhost:3000", "http://localhost",
     "http://127.0.0.1:8050", "http://localhost:8050.evil.example", "file://"],
)  # fmt: skip
def test_a_terminal_is_opened_by_a_page_of_the_same_origin_only(
    here: socket.socket, origin: str | None
) -> None:
    gate = Gate.of(here)
    assert gate.refusal("localhost:8050", origin, websocket=True)
    assert not gate.refusal("localhost:8050", "http://localhost:8050", websocket=True)
    assert not gate.refusal("localhost:8050", "https://localhost:8050", websocket=True)
    assert not gate.refusal("localhost:8050", origin, websocket=False)
