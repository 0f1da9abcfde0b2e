"""`--fault`: the fake tenant on a bad day, on a socket and in the program itself."""

import asyncio
import json
import subprocess
from pathlib import Path

import httpx
import pytest
from entity_connections.cli.tenant.workspace import make_workspace
from entity_connections.cli.tenant_options import TenantOptions
from entity_connections.fake.faults.catalogue import FAULTS

from tests.cli.tenant import PROGRAM, run, served


def test_a_fault_is_on_from_the_start() -> None:
    with served(
        "--fault", "gateway-page=503,retry-after=7,calls=tokens", "--fault", "latency=0"
    ) as tenant:
        answer = httpx.post(f"{tenant.url}/oauth/token", trust_env=False)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "7")
        assert httpx.get(f"{tenant.url}/_faults", trust_env=False).status_code == 404


def test_faults_are_switched_over_http_with_control() -> None:
    with served("--control", "--seed", "3") as tenant:
        on = {"on": ["concurrency,times=1"]}
        answer = httpx.put(f"{tenant.url}/_faults", json=on, trust_env=False).json()
        assert (answer["on"], answer["seed"]) == (["concurrency,times=1"], 3)
        url = f"{tenant.url}/v1/entities"
        assert [httpx.get(url, trust_env=False).status_code for _ in "12"] == [429, 401]


def test_every_fault_is_explained(home: Path) -> None:
    done = run(home, "serve", "--faults")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    for name, fault in FAULTS.items():
        place = next(number for number, line in enumerate(lines) if line.split()[:1] == [name])
        assert fault.sentence in lines[place]
        value = "" if fault.value is None else f"VALUE={fault.value:g}, "
        assert lines[place + 1].strip() == f"Unless told: {value}calls={fault.calls}."


def test_the_control_path_is_explained(home: Path) -> None:
    told = " ".join(run(home, "serve", "--help").stdout.split())
    assert 'PUT /_faults with {"on": ["drop,times=1", "latency=2"]}' in told
    assert "GET /_faults" in told
    assert '"seed": 7' in told


def test_a_command_applies_faults_to_its_own_tenant(home: Path) -> None:
    done = run(home, "--fault", "refusal", "entities")
    assert (done.returncode, done.stdout) == (3, "")
    assert "The fault refusal has refused the call." in done.stderr


def test_the_screen_summarizes_faults_before_the_tenant_is_open() -> None:
    workspace = make_workspace(TenantOptions(faults=("drop,times=2", "latency=0")))
    switches = workspace.fault_switches
    assert switches is not None
    assert switches.summarize() == "latency=0 · drop,times=2"

    async def enter() -> None:
        await workspace.enter("alice")

    asyncio.run(enter())
    assert switches.summarize() == "latency=0 · drop,times=2"
    assert switches.list_active() == {"drop": "drop,times=2", "latency": "latency=0"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--fault", "latncy"], "There is no fault 'latncy'"),
        (["serve", "--fault", "latncy"], "There is no fault 'latncy'"),
        (["entities", "--fault", "drop=1"], "The fault drop takes no value."),
        (["--profile", "acme", "--fault", "drop"], "--fault belongs to the fake tenant"),
        (["--fault", "drop", "entities", "--base-url", "https://x.example"], "--fault belongs to"),
    ],
)
def test_an_invalid_fault_is_reported(home: Path, arguments: list[str], message: str) -> None:
    done = run(home, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr


def test_fault_options_before_serve_count() -> None:
    command = [*PROGRAM, "--fault", "gateway-page=503", "serve", "--port", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["base_url"]
        assert httpx.get(f"{url}/v1/entities", trust_env=False).status_code == 503
        process.terminate()
