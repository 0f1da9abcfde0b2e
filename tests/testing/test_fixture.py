"""The pytest plugin, as another project's tests see it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import httpx
import pytest
from entity_connections.testing import serve_tenant

from tests.readme_tables import PACKAGE

ROOT = Path(__file__).parents[2]

THEIR_TESTS = """
import json
import sys
from urllib.request import Request, urlopen

import pytest


def connections(tenant, user="alice"):
    user = tenant.users[user]
    request = Request(f"{tenant.base_url}/v1/entity-connections", headers={
        "apiAccessKeyId": user.username, "apiSecretAccessKey": user.client_secret})
    return json.load(urlopen(request))["entityConnections"]


@pytest.mark.parametrize("time", [1, 2])
def test_fresh_each_time(zuora_tenant, time):
    assert len(connections(zuora_tenant)) == 11
    zuora_tenant.faults.on("another-administrator=1,times=1")
    connections(zuora_tenant)


@pytest.mark.zuora_tenant(
    "empty", path="one.tenant", policy=["denied=removed", "order=newest-first"]
)
def test_a_scenario_in_a_file(zuora_tenant):
    assert connections(zuora_tenant) == []
    assert zuora_tenant.tenant.policy.as_dict()["order"] == "newest-first"


@pytest.mark.zuora_tenant(policy="denied=removed", faults="gateway-page=502,times=1")
def test_a_policy_and_a_fault(zuora_tenant):
    assert zuora_tenant.tenant.policy.as_dict()["denied"] == "removed"
    with pytest.raises(OSError, match="502"):
        connections(zuora_tenant)


@pytest.mark.zuora_tenant("mine.toml")
def test_a_scenario_file_beside_the_test(zuora_tenant):
    assert list(zuora_tenant.users) == ["ann"]


def test_nothing_of_the_screen_is_loaded(zuora_tenant):
    assert not {"textual", "rich", "httpx"} & sys.modules.keys()
"""
PLUGIN = "entity_connections.pytest_plugin"


def run_pytest(folder: Path, tests: str) -> str:
    """Return what pytest prints for the tests of another project."""
    (folder / "tests").mkdir()
    (folder / "tests" / "test_theirs.py").write_text(tests)
    (folder / "tests" / "mine.toml").write_text(
        '[[entities]]\nname = "Global"\n[[users]]\nname = "ann"\nadministrator = ["*"]\n'
    )
    (folder / "pytest.ini").write_text("[pytest]\naddopts = --strict-markers -W error\n")
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "PYTHONPATH"))}
    environ["PYTHONPATH"] = str(ROOT / "app")
    environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environ['PATH']}"
    environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    process = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", PLUGIN],
        cwd=folder, env=environ, capture_output=True, text=True, timeout=50,
    )  # fmt: skip
    return process.stdout + process.stderr


def test_the_fixture_in_another_project(tmp_path: Path) -> None:
    output = run_pytest(tmp_path, THEIR_TESTS)
    assert "6 passed" in output, output
    assert (tmp_path / "tests" / "one.tenant").exists()


def test_the_process_in_the_readme(tmp_path: Path) -> None:
    lines = re.search(
        r'    @pytest\.fixture\(scope="session"\)\n(?:    .*\n)+',
        (PACKAGE / "fake" / "README.md").read_text("utf-8"),
    )
    assert lines is not None
    output = run_pytest(
        tmp_path,
        "import json\nimport subprocess\nfrom urllib.request import urlopen\n\n"
        "import pytest\n\n\n" + dedent(lines[0]) + "\n\ndef test_it(zuora):\n"
        "    with urlopen(zuora['base_url'] + '/_faults') as answer:\n"
        "        assert json.load(answer)['on'] == []\n"
        "    assert zuora['users'][0]['username'] == 'alice@acme.example'\n",
    )
    assert "1 passed" in output, output


INVALID_MARKERS = {
    "policy=3": "is not iterable",
    "policy='denied'": "denied has no value ''. Choose disconnected or removed.",
    "faults='latncy'": "There is no fault 'latncy'. Choose latency,",
    "path=3": "os.PathLike",
    "7": "expected str, bytes or os.PathLike object, not int",
    "'acmee'": "There is no scenario 'acmee'.",
    "polcy='x'": "got an unexpected keyword argument 'polcy'",
}


def test_an_invalid_marker_fails_the_test_with_a_sentence(tmp_path: Path) -> None:
    tests = [
        f"@pytest.mark.zuora_tenant({arguments})\ndef test_{number}(zuora_tenant):\n    pass\n"
        for number, arguments in enumerate(INVALID_MARKERS)
    ]
    output = run_pytest(tmp_path, "\n\n".join(["import pytest\n", *tests]))
    assert f"{len(INVALID_MARKERS)} errors" in output, output
    lines = [line for line in output.splitlines() if line.startswith("The marker zuora_tenant(")]
    for message, line in zip(INVALID_MARKERS.values(), lines, strict=True):
        assert message in line
    assert "Traceback" not in output


def test_two_tenants_are_independent_and_hide_their_secrets() -> None:
    with serve_tenant("empty") as first, serve_tenant("empty") as second:
        first.faults.on("gateway-page=502")
        urls = [f"{tenant.base_url}/v1/entities" for tenant in (first, second)]
        statuses = [httpx.get(url, trust_env=False).status_code for url in urls]
        assert statuses == [502, 401]
        assert first.base_url in repr(first)
        assert first.users["alice"].client_secret not in repr(first)


def test_the_policy_is_changed_while_the_tenant_is_served() -> None:
    with serve_tenant("empty", policy="twice=repeated") as tenant:
        tenant.set_policy("denied=removed")
        tenant.set_policy(["order = newest-first"])
        policy = tenant.tenant.policy.as_dict()
        assert (policy["denied"], policy["order"]) == ("removed", "newest-first")
        assert policy["twice"] == "repeated"
        with pytest.raises(ValueError, match="There is no policy 'denyed'"):
            tenant.set_policy("denyed=removed")


def test_the_calls_received_are_recorded_in_their_order() -> None:
    with serve_tenant(faults="drop,times=1") as tenant:
        alice = tenant.users["alice"]
        headers = {
            "apiAccessKeyId": alice.username,
            "apiSecretAccessKey": alice.client_secret,
            "Zuora-Entity-Ids": alice.home_entity_id,
        }
        with httpx.Client(base_url=tenant.base_url, headers=headers, trust_env=False) as client:
            client.get("/v1/entity-connections", params={"type": "inbound"})
            with pytest.raises(httpx.RemoteProtocolError):
                client.post("/v1/entity-connections", json={"targetEntityId": "none"})
        read, write = tenant.calls
        assert (read.method, read.path) == ("GET", "/v1/entity-connections?type=inbound")
        assert read.headers["zuora-entity-ids"] == alice.home_entity_id
        assert (write.method, write.path) == ("POST", "/v1/entity-connections")
        assert json.loads(write.body) == {"targetEntityId": "none"}
        assert alice.client_secret not in repr(tenant.calls)


@pytest.mark.parametrize("in_file", [False, True])
def test_a_reset_brings_the_start_back(tmp_path: Path, in_file: bool) -> None:
    path = tmp_path / "one.tenant" if in_file else None
    with serve_tenant(
        "empty", path=path, policy="denied=removed", faults="gateway-page=502,times=1"
    ) as tenant:
        alice = tenant.users["alice"]
        headers = {"apiAccessKeyId": alice.username, "apiSecretAccessKey": alice.client_secret}

        def call(method: str, **content: Any) -> httpx.Response:
            url = f"{tenant.base_url}/v1/entity-connections"
            return httpx.request(method, url, headers=headers, trust_env=False, **content)

        assert call("GET").status_code == 502
        target = tenant.users["bruno"].home_entity_id
        assert call("POST", json={"targetEntityId": target}).json()["success"]
        tenant.set_policy(["denied=disconnected", "twice=repeated"])
        tenant.faults.on("latency=0")
        tenant.reset()
        assert tenant.calls == []
        assert tenant.faults.summarize() == "gateway-page=502,times=1"
        tenant.faults.off()
        assert call("GET").json()["entityConnections"] == []
        policy = tenant.tenant.policy.as_dict()
        assert (policy["denied"], policy["twice"]) == ("removed", "refused")
        assert len(tenant.calls) == 1
