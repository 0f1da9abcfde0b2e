"""`serve`: the fake tenant as if it were Zuora."""

import json
import re
import signal
import socket
import subprocess
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from entity_connections.cli.fake.serve import format_instructions
from entity_connections.fake.model import User

from tests.cli.tenant import PROGRAM, Served, environ, run, served


def test_serve_prints_its_address_and_stops_on_a_signal(home: Path) -> None:
    with subprocess.Popen(
        [*PROGRAM, "serve", "--port", "0", "--scenario", "empty", "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ(home),
    ) as process:  # fmt: skip
        assert process.stdout is not None
        printed = json.loads(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        output = process.communicate(timeout=10)
    assert printed["base_url"].startswith("http://127.0.0.1:")
    assert printed["scenario"] == "empty"
    names = ["alice", "bruno", "carol"]
    assert [user["name"] for user in printed["users"]] == names
    usernames = [user["username"] for user in printed["users"]]
    assert usernames == [f"{name}@novera.example" for name in names]
    assert (process.returncode, *output) == (0, "", "")


def test_an_address_in_use_is_reported(home: Path, tenant: Served) -> None:
    port = tenant.url.rpartition(":")[2]
    done = run(home, "serve", "--port", port)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"cannot listen on 127.0.0.1 port {port}" in done.stderr


@pytest.mark.parametrize("name", ["http://demo", "*", "*.example", "demo:99", "de mo"])
def test_what_is_no_host_name_is_refused(home: Path, name: str) -> None:
    done = run(home, "serve", "--allow-host", name)
    assert done.returncode == 2
    assert f"'{name}' is no host name" in done.stderr


@pytest.mark.parametrize("host", ["no-such-host.invalid", "999.1.1.1", "a..b"])
def test_an_invalid_host_is_reported(home: Path, host: str) -> None:
    done = run(home, "serve", "--host", host, "--port", "0")
    assert done.returncode == 2
    assert f"cannot listen on {host}" in done.stderr


@pytest.mark.parametrize(("host", "is_remote"), [("0.0.0.0", True), ("127.0.0.1", False)])
def test_the_printed_instructions_work(home: Path, host: str, is_remote: bool) -> None:
    with subprocess.Popen(
        [*PROGRAM, "serve", "--port", "0", "--host", host],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ(home),
    ) as process:  # fmt: skip
        assert process.stdout is not None
        printed = ""
        while "or as a profile" not in printed:
            printed += process.stdout.readline()
        variables = dict(re.findall(r"export (ZUORA_\w+)=(\S+)", printed))
        (url,) = re.findall(r"  entity-connections --base-url (\S+)", printed)
        done = run(home, "entities", "--base-url", url, **variables)
        process.terminate()
        warning = process.communicate(timeout=10)[1]
    assert (done.returncode, done.stderr) == (0, "")
    assert f"listens on {url} until" in printed
    assert ("whoever reaches this machine" in warning) is is_remote


def test_there_are_no_instructions_for_an_address_that_this_program_refuses() -> None:
    alice = User("alice", "a", "b", "c", "d")
    text = format_instructions("192.0.2.5", "http://192.0.2.5:80", "acme", (alice,))
    assert "--base-url" not in text


@pytest.mark.parametrize(("host", "callers"), [("::1", ["[::1]"]), ("::", ["[::1]", "127.0.0.1"])])
def test_ipv6_works_where_there_is_any(home: Path, host: str, callers: list[str]) -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    with served("--host", host) as tenant:
        for caller in callers:
            url = tenant.url.replace("[::1]", caller)
            done = run(home, "entities", "--base-url", url, **tenant.environ("bruno"))
            assert done.returncode == 0, done.stderr


def test_policies_are_set_by_name() -> None:
    with served("--policy", "refusals=http-4xx", "--policy", "put-body=typed") as tenant:
        login = {
            "apiAccessKeyId": "alice@acme.example",
            "apiSecretAccessKey": tenant.users["alice"][1],
        }
        path = f"{tenant.url}/v1/entity-connections/none/accept"
        bare = httpx.put(path, headers=login, trust_env=False)
        sent = httpx.put(path, headers=login, json={}, trust_env=False)
        assert (bare.status_code, sent.status_code) == (415, 404)


def test_without_free_descriptors_connections_wait_and_one_line_says_so(home: Path) -> None:
    limited = ["sh", "-c", 'ulimit -n 40; exec "$@"', "sh"]
    with subprocess.Popen(
        [*limited, *PROGRAM, "serve", "--port", "0", "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ(home),
    ) as process, ExitStack() as idle:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        url = json.loads(process.stdout.readline())["base_url"]
        address = urlsplit(url).hostname, urlsplit(url).port
        for _ in range(80):
            idle.enter_context(socket.create_connection(address, timeout=10))
        said = process.stderr.readline()
        idle.close()
        assert httpx.get(f"{url}/v1/entities", trust_env=False, timeout=10).status_code == 401
        for _ in range(80):
            idle.enter_context(socket.create_connection(address, timeout=10))
        process.terminate()
        assert (said, *process.communicate(timeout=10)) == (
            "New connections have to wait: Too many open files.\n", "", "",
        )  # fmt: skip


def test_a_server_in_a_container_is_reached_by_addresses_and_allowed_names() -> None:
    with served("--host", "0.0.0.0", "--allow-host", "Zuora.Acme.Example") as tenant:

        def call(host: str) -> httpx.Response:
            headers = {"Host": host}
            return httpx.get(f"{tenant.url}/v1/entities", headers=headers, trust_env=False)

        for host in ("172.17.0.2:8040", "localhost", "zuora.acme.example:8040"):
            assert call(host).status_code == 401, host
        refused = call("evil.example")
        assert refused.status_code == 421
        assert "--allow-host" in refused.json()["reasons"][0]["message"]
