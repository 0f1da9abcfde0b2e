"""Host names and origins that are allowed and refused."""

import socket

import pytest
from entity_connections.host_guard import HostGuard


def guard(address: str, *names: str) -> HostGuard:
    """Return the guard of a socket that is bound to an address."""
    with socket.create_server((address, 0)) as listening:
        return HostGuard.for_socket(listening, names)


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:9000", "localhost.", "127.0.0.1:8050", "127.8.8.8", "[::1]:80"]
)
def test_names_of_this_machine_are_allowed(host: str) -> None:
    assert guard("127.0.0.1").allows(host)


@pytest.mark.parametrize(
    "host",
    ["", "evil.example", "localhost.evil.example", "evil.example:8050", "10.0.0.7", "[::1",
     "evil.example#@localhost", "127.0.0.1.nip.io", "0.0.0.0", "[::ffff:10.0.0.7]"],
)  # fmt: skip
def test_other_names_are_refused(host: str) -> None:
    assert not guard("127.0.0.1").allows(host)


def test_a_further_name_is_allowed() -> None:
    assert guard("127.0.0.1", "Demo.Acme.Example.").allows("demo.acme.example:443")


def test_a_server_open_to_the_network_is_reached_by_address_and_machine_name() -> None:
    everywhere = guard("0.0.0.0")
    for host in ("192.168.1.20:8050", "[fd00::1]:8050", socket.gethostname()):
        assert everywhere.allows(host)
    assert not everywhere.allows("evil.example")
