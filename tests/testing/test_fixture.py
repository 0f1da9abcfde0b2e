"""The pytest plugin, as another project's tests see it."""

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import httpx
import pytest
from entity_connections.fake.faults.catalogue import FaultError
from entity_connections.fake.rules.policy import PolicyError
from entity_connections.fake.scenarios.builtin.empty import GLOBAL
from entity_connections.fake.scenarios.catalogue import UnknownScenarioError
from entity_connections.testing import ServedTenant, serve_tenant

from tests.readme_tables import PACKAGE

ROOT = Path(__file__).parents[2]

THEIR_TESTS = """
import json
import sys
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest


def token(tenant, user):
    client = tenant.users[user]
    form = {"grant_type": "client_credentials", "client_id": client.client_id,
            "client_secret": client.client_secret}
    request = Request(f"{tenant.base_url}/oauth/token", urlencode(form).encode())
    return json.load(urlopen(request))["access_token"]


def connections(tenant, user="alice"):
    request = Request(f"{tenant.base_url}/v1/entity-connections", headers={
        "Authorization": f"Bearer {token(tenant, user)}",
        "Zuora-Entity-Ids": tenant.users[user].home_entity_id})
    return json.load(urlopen(request))["entityConnections"]


@pytest.mark.parametrize("time", [1, 2])
def test_fresh_each_time(zuora_tenant, time):
    before = connections(zuora_tenant)
    zuora_tenant.faults.on("another-administrator", 1, times=1)
    assert len(before) == 13
    connections(zuora_tenant)


@pytest.mark.zuora_tenant("empty")
def test_another_scenario(zuora_tenant):
    assert connections(zuora_tenant) == []


@pytest.mark.zuora_tenant(faults=["http-502"])
def test_a_bad_day(zuora_tenant):
    with pytest.raises(OSError, match="502"):
        connections(zuora_tenant)


def test_nothing_of_the_screen_is_loaded(zuora_tenant):
    assert not {"textual", "rich", "httpx"} & sys.modules.keys()
"""


def _pytest(folder: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the tests of another project, as its people would."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "PYTHONPATH"))}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments],
        cwd=folder, env=kept | environ, capture_output=True, text=True, timeout=50,
    )  # fmt: skip


def test_the_fixture_in_another_project(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(
        'pytest_plugins = ["entity_connections.testing.plugin"]\n'
    )
    (tmp_path / "test_theirs.py").write_text(THEIR_TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --strict-markers -W error\n")
    done = _pytest(tmp_path, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1", PYTHONPATH=str(ROOT / "app"))
    assert "5 passed" in done.stdout, done.stdout + done.stderr


def test_the_process_in_the_readme(tmp_path: Path) -> None:
    lines = re.search(
        r'    @pytest\.fixture\(scope="session"\)\n(?:    .*\n)+',
        (PACKAGE / "fake" / "README.md").read_text("utf-8"),
    )
    assert lines is not None
    (tmp_path / "test_theirs.py").write_text(
        "import json\nimport subprocess\nfrom urllib.request import urlopen\n\n"
        "import pytest\n\n\n" + dedent(lines[0]) + "\n\ndef test_it(zuora):\n"
        "    with urlopen(zuora['base_url'] + '/_faults') as answer:\n"
        "        assert json.load(answer)['on'] == []\n"
        "    assert zuora['users'][0]['username'] == 'alice'\n"
    )
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = _pytest(tmp_path, PYTHONPATH=str(ROOT / "app"), PATH=path)
    assert "1 passed" in done.stdout, done.stdout + done.stderr


MARKED = """
import pytest


@pytest.mark.zuora_tenant({})
def test_it(zuora_tenant):
    print(zuora_tenant)
    assert zuora_tenant.tenant.policy.as_dict()["denied"] == "removed"
    assert zuora_tenant.faults.summary() == "drop,times=1"
"""


@pytest.mark.parametrize(
    "how",
    [
        "policy='denied=removed', faults='drop,times=1'",
        "policy={'denied': 'removed'}, faults=['drop,times=1'], path=r'PATH'",
        "'denied-removed', policy=['order=creation', 'twice = repeated'], faults='drop,times=1'",
    ],
)
def test_the_marker_takes_what_the_command_line_takes(tmp_path: Path, how: str) -> None:
    (tmp_path / "conftest.py").write_text(
        'pytest_plugins = ["entity_connections.testing.plugin"]\n'
    )
    text = MARKED.format(how.replace("PATH", str(tmp_path / "one.tenant")))
    (tmp_path / "test_theirs.py").write_text(text)
    done = _pytest(tmp_path, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1", PYTHONPATH=str(ROOT / "app"))
    assert "1 passed" in done.stdout, done.stdout + done.stderr


INVALID_MARKERS = {
    "policy=3": "is not iterable",
    "policy={'denied': 'gone'}": "denied has no value 'gone'. Choose disconnected or removed.",
    "policy='denied'": "denied has no value ''. Choose disconnected or removed.",
    "faults=3": "must be an iterable, not int",
    "faults=[None]": 'A fault is a text such as "latency=2,times=3", not None.',
    "faults='latncy'": "There is no fault 'latncy'. Choose latency,",
    "path=3": "os.PathLike",
    "7": "expected str, bytes or os.PathLike object, not int",
    "'acmee'": "There is no scenario 'acmee'.",
    "polcy='x'": "got an unexpected keyword argument 'polcy'",
}


def test_an_invalid_marker_fails_the_test_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(
        'pytest_plugins = ["entity_connections.testing.plugin"]\n'
    )
    tests = [
        f"@pytest.mark.zuora_tenant({how})\ndef test_{number}(zuora_tenant):\n    pass\n"
        for number, how in enumerate(INVALID_MARKERS)
    ]
    (tmp_path / "test_theirs.py").write_text("\n\n".join(["import pytest\n", *tests]))
    done = _pytest(tmp_path, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1", PYTHONPATH=str(ROOT / "app"))
    assert f"{len(INVALID_MARKERS)} errors" in done.stdout, done.stdout + done.stderr
    lines = [
        line for line in done.stdout.splitlines() if line.startswith("The marker zuora_tenant(")
    ]
    for message, line in zip(INVALID_MARKERS.values(), lines, strict=True):
        assert message in line
    assert "Traceback" not in done.stdout + done.stderr


def test_a_tenant_starts_and_stops_quickly() -> None:
    times = []
    for _ in range(5):
        began = time.perf_counter()
        with serve_tenant() as tenant:
            httpx.get(tenant.base_url, trust_env=False)
        times.append(time.perf_counter() - began)
    assert min(times) < 0.5


def test_two_tenants_are_independent() -> None:
    with serve_tenant("empty") as first, serve_tenant("empty") as second:
        assert first.base_url != second.base_url
        first.faults.on("http-502")
        answers = [
            httpx.get(f"{url}/v1/entities", trust_env=False) for url in (first[0], second[0])
        ]
        assert [answer.status_code for answer in answers] == [502, 401]
        assert first.users["alice"].home_entity_id == GLOBAL


def test_environ_returns_the_credentials_of_a_user() -> None:
    with serve_tenant() as tenant:
        known = tenant.environ("bruno")
        assert known["ZUORA_CLIENT_ID"] == tenant.users["bruno"].client_id
        assert known["ZUORA_CLIENT_SECRET"] == tenant.users["bruno"].client_secret


def test_invalid_arguments_are_refused() -> None:
    with pytest.raises(UnknownScenarioError), serve_tenant("acmee"):
        pass
    with pytest.raises(FaultError), serve_tenant(faults=["latncy"]):
        pass
    with pytest.raises(PolicyError), serve_tenant(policy="denied"):
        pass


def test_the_policy_is_changed_while_the_tenant_is_served() -> None:
    with serve_tenant("empty", policy={"twice": "repeated"}) as tenant:
        tenant.set_policy("denied=removed")
        tenant.set_policy({"order": "newest-first"})
        words = tenant.tenant.policy.as_dict()
        assert (words["denied"], words["order"]) == ("removed", "newest-first")
        assert words["twice"] == "repeated"
        with pytest.raises(PolicyError, match="There is no policy 'denyed'"):
            tenant.set_policy("denyed=removed")


def test_the_policy_is_changed_in_the_thread_of_the_server() -> None:
    seen: list[object] = []
    with serve_tenant("empty") as tenant:
        tenant._replace(call_between_requests=seen.append).set_policy("denied=removed")
        assert (len(seen), tenant.tenant.policy.as_dict()["denied"]) == (1, "disconnected")
        tenant.call_between_requests(lambda: seen.append(threading.current_thread().name))
    assert seen[1:] == ["zuora-tenant"]


FAULT_CALLS: list[Callable[[ServedTenant], object]] = [
    lambda tenant: tenant.faults.on("rate-limit=2,times=1"),
    lambda tenant: tenant.faults.on("rate-limit", 2, times=1),
]


@pytest.mark.parametrize("switch", FAULT_CALLS)
def test_a_fault_is_switched_on_by_text_or_by_parts(
    switch: Callable[[ServedTenant], object],
) -> None:
    with serve_tenant("empty") as tenant:
        switch(tenant)
        assert tenant.faults.summary() == "rate-limit=2,times=1"


def test_repr_contains_no_secret() -> None:
    with serve_tenant(faults="drop") as tenant:
        assert repr(tenant) == (
            f"<ServedTenant {tenant.base_url}, users alice, bruno, carol, faults drop>"
        )
