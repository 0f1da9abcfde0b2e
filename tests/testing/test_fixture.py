"""The pytest plugin, as another project's tests see it."""

import os
import subprocess
import sys
import time
import tomllib
from importlib import import_module
from pathlib import Path

import httpx
import pytest

from app.fake.data.empty import GLOBAL
from app.fake.faults.catalogue import FaultError
from app.fake.scenarios import UnknownScenarioError
from app.testing import serving

ROOT = Path(__file__).parents[2]

THEIR_TESTS = """
import json
import sys
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest


def token(tenant, user):
    one = tenant.users[user]
    form = {"grant_type": "client_credentials", "client_id": one.client_id,
            "client_secret": one.client_secret}
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


def test_the_fixture_in_another_project(tmp_path: Path) -> None:
    (tmp_path / "test_theirs.py").write_text(THEIR_TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --strict-markers -W error\n")
    environ = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT)}
    environ.pop("PYTEST_ADDOPTS", None)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "app.testing.plugin", "--rootdir", "."],
        cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=50,
    )  # fmt: skip
    assert "5 passed" in done.stdout, done.stdout + done.stderr


def test_pytest_finds_the_plugin_by_itself() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert "testing" in project["optional-dependencies"]
    (module,) = project["entry-points"]["pytest11"].values()
    assert import_module(module).zuora_tenant


def test_a_suite_that_does_not_use_it_pays_nothing() -> None:
    code = "import app.testing.plugin, sys; print(sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    for heavy in ("uvicorn", "starlette", "textual", "httpx", "sqlite3", "pydantic"):
        assert f"'{heavy}'" not in done.stdout


def test_it_starts_and_ends_at_once() -> None:
    times = []
    for _ in range(5):
        began = time.perf_counter()
        with serving() as tenant:
            httpx.get(tenant.base_url, trust_env=False)
        times.append(time.perf_counter() - began)
    assert min(times) < 0.3


def test_two_at_once_know_nothing_of_each_other() -> None:
    with serving("empty") as one, serving("empty") as other:
        assert one.base_url != other.base_url
        one.faults.on("http-502")
        answers = [httpx.get(f"{url}/v1/entities", trust_env=False) for url in (one[0], other[0])]
        assert [answer.status_code for answer in answers] == [502, 401]
        assert one.users["alice"].home_entity_id == GLOBAL


def test_the_variables_sign_a_user_in() -> None:
    with serving() as tenant:
        known = tenant.environ("bruno")
        assert known["ZUORA_CLIENT_ID"] == tenant.users["bruno"].client_id
        assert known["ZUORA_CLIENT_SECRET"] == tenant.users["bruno"].client_secret


def test_what_does_not_exist_is_said_before_anything_listens() -> None:
    with pytest.raises(UnknownScenarioError), serving("acmee"):
        pass
    with pytest.raises(FaultError), serving(faults=["latncy"]):
        pass
