"""`serve --fault`: the fake tenant on a bad day."""

from pathlib import Path

import httpx

from app.fake.faults.catalogue import FAULTS
from tests.cli.tenant import run, served


def test_a_fault_is_on_from_the_start() -> None:
    with served("--fault", "http-503-retry-after=7,calls=tokens", "--fault", "latency=0") as tenant:
        answer = httpx.post(f"{tenant.url}/oauth/token", trust_env=False)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "7")
        assert httpx.get(f"{tenant.url}/_faults", trust_env=False).status_code == 404


def test_faults_are_switched_while_it_runs_if_asked_for() -> None:
    with served("--control", "--seed", "3") as tenant:
        on = {"on": ["concurrency,times=1"]}
        told = httpx.put(f"{tenant.url}/_faults", json=on, trust_env=False).json()
        assert (told["on"], told["seed"]) == (["concurrency,times=1"], 3)
        url = f"{tenant.url}/v1/entities"
        assert [httpx.get(url, trust_env=False).status_code for _ in "12"] == [429, 401]


def test_an_unknown_fault_is_said(home: Path) -> None:
    done = run(home, "serve", "--fault", "latncy")
    assert (done.returncode, done.stdout) == (2, "")
    assert "There is no fault 'latncy'" in done.stderr


def test_every_fault_is_explained(home: Path) -> None:
    done = run(home, "serve", "--faults")
    assert (done.returncode, done.stderr) == (0, "")
    told = {line.split()[0] for line in done.stdout.splitlines() if line.startswith("  ")}
    assert set(FAULTS) <= told
