"""`serve`: the fake tenant as if it were Zuora."""

import json
import re
import signal
import socket
import subprocess
from pathlib import Path

import httpx
import pytest
from entity_connections.cli.fake.serve import format_instructions
from entity_connections.fake.model import User

from tests.cli.tenant import PROGRAM, Served, environ, run, served


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_prints_its_address_and_stops_on_a_signal(home: Path, number: signal.Signals) -> None:
    with subprocess.Popen(
        [*PROGRAM, "serve", "--port", "0", "--scenario", "empty", "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ(home),
    ) as process:  # fmt: skip
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        assert told["scenario"] == "empty"
        assert [user["username"] for user in told["users"]] == ["alice", "bruno", "carol"]
        alice = told["users"][0]
        known = {
            "ZUORA_CLIENT_ID": alice["client_id"],
            "ZUORA_CLIENT_SECRET": alice["client_secret"],
        }
        done = run(home, "entities", "--base-url", told["base_url"], "--json", **known)
        assert len(json.loads(done.stdout)) == 5
        process.send_signal(number)
        out, err = process.communicate(timeout=10)
    assert (process.returncode, out, err) == (0, "", "")


def test_serve_prints_instructions(home: Path) -> None:
    with subprocess.Popen(
        [*PROGRAM, "serve", "--port", "0"], stdout=subprocess.PIPE, text=True, env=environ(home)
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        process.terminate()
        rest = process.stdout.read()
    url = first.split(" until")[0].split()[-1]
    assert f"entity-connections --base-url {url}" in rest
    assert "export ZUORA_CLIENT_ID=" in rest


def test_a_port_in_use_is_reported(home: Path, tenant: Served) -> None:
    port = tenant.url.rpartition(":")[2]
    done = run(home, "serve", "--port", port)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"cannot listen on 127.0.0.1 port {port}" in done.stderr


@pytest.mark.parametrize("host", ["no-such-host.invalid", "999.1.1.1", "a..b"])
def test_an_invalid_host_is_reported(home: Path, host: str) -> None:
    done = run(home, "serve", "--host", host, "--port", "0")
    assert done.returncode == 2
    assert f"cannot listen on {host}" in done.stderr


def test_serving_to_the_network_prints_a_warning(home: Path) -> None:
    with subprocess.Popen(
        [*PROGRAM, "serve", "--port", "0", "--host", "0.0.0.0", "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ(home),
    ) as process:  # fmt: skip
        assert process.stdout is not None
        process.stdout.readline()
        process.terminate()
        assert "whoever reaches this machine" in process.communicate(timeout=10)[1]


@pytest.mark.parametrize(("host", "elsewhere"), [("0.0.0.0", True), ("127.0.0.1", False)])
def test_the_printed_instructions_work(home: Path, host: str, elsewhere: bool) -> None:
    with subprocess.Popen(
        [*PROGRAM, "serve", "--port", "0", "--host", host],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environ(home),
    ) as process:  # fmt: skip
        assert process.stdout is not None
        url = process.stdout.readline().split(" until")[0].split()[-1]
        told = ""
        while "or as a profile" not in told:
            told += process.stdout.readline()
        words = dict(re.findall(r"export (ZUORA_\w+)=(\S+)", told))
        address = re.findall(r"  entity-connections --base-url (\S+)", told)
        done = run(home, "entities", "--base-url", address[0], **words)
        process.terminate()
    assert address == [url] == [f"http://127.0.0.1:{url.rpartition(':')[2]}"]
    assert (done.returncode, done.stderr) == (0, "")
    port = url.rpartition(":")[2]
    assert (f"such as http://{socket.gethostname()}:{port}" in told) is elsewhere
    assert ("speaks plain http to its own machine only" in told) is elsewhere


def test_there_are_no_instructions_for_an_address_that_this_program_refuses() -> None:
    alice = User("alice", "a", "b", "c", "d")
    told = format_instructions("192.0.2.5", 80, "http://192.0.2.5:80", "acme", [alice])
    assert "http://192.0.2.5:80" in told
    assert "--base-url" not in told
    assert "speaks plain http to its own machine only" in told


def test_ipv6_works_where_there_is_any(home: Path) -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    with subprocess.Popen(
        [*PROGRAM, "serve", "--port", "0", "--host", "::1", "--json"],
        stdout=subprocess.PIPE, text=True, env=environ(home),
    ) as process:  # fmt: skip
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        known = {
            "ZUORA_CLIENT_ID": told["users"][1]["client_id"],
            "ZUORA_CLIENT_SECRET": told["users"][1]["client_secret"],
        }
        done = run(home, "entities", "--base-url", told["base_url"], **known)
        process.terminate()
    assert done.returncode == 0, done.stderr


def test_policies_are_set_by_name() -> None:
    with served("--policy", "refusals=http-4xx", "--policy", "bare-put=refused") as tenant:
        login = {
            "apiAccessKeyId": "alice@acme.example",
            "apiSecretAccessKey": tenant.users["alice"][1],
        }
        path = f"{tenant.url}/v1/entity-connections/none/accept"
        bare = httpx.put(path, headers=login, trust_env=False)
        sent = httpx.put(path, headers=login, json={}, trust_env=False)
        assert (bare.status_code, sent.status_code) == (415, 404)
