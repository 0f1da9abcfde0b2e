"""What is told on stderr while a command is at work."""

import asyncio
import signal
import subprocess
from pathlib import Path

import pytest
from entity_connections.cli.exit_codes import ExitCode
from entity_connections.cli.tenant import session
from entity_connections.cli.tenant_options import TenantOptions

from tests.cli.moody import Moody
from tests.cli.tenant import PROGRAM, environ, run


def test_a_wait_is_told_and_then_the_work_is_done(server: Moody, home: Path) -> None:
    server.limited = 1
    done = run(home, "connections", "--base-url", server.tenant.url, **server.tenant.environ())
    assert done.returncode == 0
    assert done.stderr.splitlines() == [
        "rate limited, trying again in 1 s; ctrl+c gives up",
        "Acting in Acme Corporation.",
    ]
    assert "Acme-Europe" in done.stdout


def test_ctrl_c_gives_up_a_wait(server: Moody, home: Path) -> None:
    server.limited, server.retry_after = 99, 60
    with subprocess.Popen(
        [*PROGRAM, "connections", "--base-url", server.tenant.url], text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=environ(home, **server.tenant.environ()),
    ) as process:  # fmt: skip
        assert process.stderr is not None
        told = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert told == "rate limited, trying again in 60 s; ctrl+c gives up\n"
    assert (process.returncode, out) == (130, "")
    assert "Traceback" not in err


def test_a_wait_that_is_too_long_is_given_up_with_its_length(server: Moody, home: Path) -> None:
    server.limited, server.retry_after = 99, 3600
    done = run(home, "waiting", "--base-url", server.tenant.url, **server.tenant.environ("bruno"))
    assert (done.returncode, done.stdout) == (3, "")
    assert "Acme-Europe is left out" in done.stderr
    assert "3,600 s" in done.stderr


def test_an_answer_that_does_not_come_is_told_again_and_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[str] = []
    twice = asyncio.Event()

    def hear(text: str) -> None:
        told.append(text)
        if len(told) == 2:
            twice.set()

    async def silent(entered: session.TenantSession) -> ExitCode:
        entered.user_session.request_log.in_flight.append(asyncio.get_running_loop().time())
        await asyncio.wait_for(twice.wait(), 20)
        return ExitCode.DONE

    monkeypatch.setattr(session, "SILENCE_INTERVAL", 0.01)
    monkeypatch.setattr(session, "info", hear)
    assert session.run_in_tenant(TenantOptions(), silent) is ExitCode.DONE
    assert set(told) == {"no answer from Zuora for 0 s yet; ctrl+c gives up"}


def test_nothing_is_told_of_a_silence_in_which_nothing_was_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[str] = []

    async def asks_a_person(_session: session.TenantSession) -> ExitCode:
        for _ in range(20):
            await asyncio.sleep(0.002)
        return ExitCode.DONE

    monkeypatch.setattr(session, "SILENCE_INTERVAL", 0.005)
    monkeypatch.setattr(session, "info", told.append)
    assert session.run_in_tenant(TenantOptions(), asks_a_person) is ExitCode.DONE
    assert told == []
