"""What is written to stderr while a command is at work."""

import asyncio
import signal
import time
from pathlib import Path

import pytest
from entity_connections.cli.exit_codes import ExitCode
from entity_connections.cli.tenant.all_lists import read_all_lists
from entity_connections.cli.tenant.execute_plan import execute_plan
from entity_connections.cli.tenant.results import Results
from entity_connections.cli.tenant.session import (
    LIMITS,
    SILENCE_INTERVAL,
    TenantSession,
    print_error,
    run_in_tenant,
)
from entity_connections.cli.tenant.workspace import make_workspace
from entity_connections.cli.tenant_options import TenantOptions
from entity_connections.domain.actions import ACCEPT
from entity_connections.domain.connections import Direction
from entity_connections.domain.errors import ZuoraError
from entity_connections.services.operations.operation import Operation
from entity_connections.services.operations.plan import Plan
from entity_connections.walkthrough.virtual_time import virtual_time
from entity_connections.zuora.http.limits import HttpLimits

from tests.cli.recorded_tenant import LIST, RecordedTenant, run_on, start_on


async def accept(session: TenantSession) -> ExitCode:
    """Accept a request that waits for the entity to act in, as the command does."""
    acting_id = await session.find_acting_id()
    snapshot = await session.tenant.read(acting_id)
    row = next(row for row in snapshot.rows(Direction.INBOUND) if row.waits_for_acting)
    results = Results(ACCEPT, as_json=False)
    await execute_plan(session, Plan(ACCEPT, (Operation.plan(ACCEPT, row),)), results)
    return results.code


def test_a_delay_before_a_retry_is_reported(server: RecordedTenant, home: Path) -> None:
    server.fake.faults.on("rate-limit=1,retry-after=1,times=1")
    done = run_on(server, home, "connections")
    assert done.returncode == 0
    assert done.stderr.splitlines() == [
        "rate limited, trying again in 1 s; ctrl+c gives up",
        "Acting in Acme Corporation.",
    ]
    assert "Acme-Europe" in done.stdout


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("rate-limit=60,retry-after=60", "rate limited, trying again in 60 s; ctrl+c gives up\n"),
        ("time-out=60,calls=all", "no answer from Zuora for 3 s yet; ctrl+c gives up\n"),
    ],
)
def test_ctrl_c_ends_a_wait(server: RecordedTenant, home: Path, fault: str, told: str) -> None:
    server.fake.faults.on(fault)
    with start_on(server, home, "connections") as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert line == told
    assert (process.returncode, out) == (130, "")
    assert "Traceback" not in err


def test_a_delay_that_is_too_long_is_an_error(server: RecordedTenant, home: Path) -> None:
    server.later_faults[LIST, 1] = "rate-limit=3600,retry-after=3600"
    done = run_on(server, home, "waiting", user="bruno")
    assert (done.returncode, done.stdout) == (3, "")
    assert "Acme-Europe is left out" in done.stderr
    assert "3,600 s" in done.stderr


@pytest.mark.parametrize("asked", [True, False])
def test_a_missing_response_is_reported_repeatedly(
    capsys: pytest.CaptureFixture[str], *, asked: bool
) -> None:
    """But not where nothing was asked, as while a person thinks."""
    line: list[str] = []

    async def wait(session: TenantSession) -> ExitCode:
        loop = asyncio.get_running_loop()
        if asked:
            session.user_session.request_log.in_flight.append(loop.time())
        end = loop.time() + (20 if asked else 0.2)  # 0.2 s are twenty intervals
        while len(line) < 2 and loop.time() < end:
            await asyncio.sleep(0.01)
            line.extend(capsys.readouterr().err.splitlines())
        return ExitCode.DONE

    assert run_in_tenant(TenantOptions(), wait, silence_interval=0.01) is ExitCode.DONE
    assert (len(line) > 1) is asked
    assert set(line) <= {"no answer from Zuora for 0 s yet; ctrl+c gives up"}


def test_many_calls_are_reported_where_nothing_else_was(
    capsys: pytest.CaptureFixture[str],
) -> None:
    line: list[str] = []

    async def read(session: TenantSession) -> ExitCode:
        loop = asyncio.get_running_loop()
        in_flight = session.user_session.request_log.in_flight
        end = loop.time() + 20
        while len(line) < 2 and loop.time() < end:
            in_flight[:] = [loop.time()]  # each call gets its answer soon
            await asyncio.sleep(0.01)
            line.extend(capsys.readouterr().err.splitlines())
        return ExitCode.DONE

    assert run_in_tenant(TenantOptions(), read, silence_interval=0.1) is ExitCode.DONE
    assert set(line) <= {f"still at work after {s} s; ctrl+c gives up" for s in range(20)}
    assert len(line) > 1


@pytest.mark.parametrize("silent", ["all", "tokens", "reads"])
def test_a_server_that_does_not_answer_ends_the_command(
    capsys: pytest.CaptureFixture[str], silent: str
) -> None:
    options = TenantOptions(faults=(f"time-out,calls={silent}",))

    async def read(session: TenantSession) -> ExitCode:
        await session.find_acting_id()
        return ExitCode.DONE

    started = time.monotonic()
    code = run_in_tenant(options, read, limits=HttpLimits(exchange=0.5), silence_interval=0.2)
    assert time.monotonic() - started < 1.0 + 5  # the second summand is for a busy machine
    assert code is ExitCode.NO_ACCESS
    err = capsys.readouterr().err
    assert "no answer from Zuora for 0 s yet; ctrl+c gives up" in err
    assert "Zuora did not answer in time." in err


def test_a_write_without_an_answer_is_looked_up_before_the_command_ends(
    capsys: pytest.CaptureFixture[str],
) -> None:
    options = TenantOptions(faults=("time-out,calls=writes",))
    assert run_in_tenant(options, accept, limits=HttpLimits(exchange=0.5)) is ExitCode.UNKNOWN
    assert "still shows Pending" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("faults", "sentence"),
    [
        (("time-out=90,calls=all",), "Could not sign in"),
        (("time-out=90,calls=connections",), "did not answer in time"),
        (("latency=10", "time-out=90,calls=writes"), "could not be read since"),
        (("latency=4", "time-out=90,calls=writes"), "still shows Pending"),
    ],
)
def test_a_server_that_stops_to_answer_ends_a_command_within_a_minute(
    faults: tuple[str, ...], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also where its answers were slow before."""
    options = TenantOptions(faults=faults)
    workspace = make_workspace(options, LIMITS)

    async def enter_and_accept() -> None:
        user_session = await workspace.enter(workspace.user)
        try:
            await accept(TenantSession(options, workspace, user_session))
        except ZuoraError as error:
            print_error(error)

    with virtual_time(frozen=True) as (runner, virtual_clock):
        runner.run(enter_and_accept())
    assert virtual_clock.skipped < 60
    output = capsys.readouterr()
    assert sentence in output.out + output.err


def test_so_does_a_server_that_asks_for_a_delay_first() -> None:
    faults = ("rate-limit=1,retry-after=30,times=1", "time-out=90,calls=connections")
    options = TenantOptions(faults=faults)
    workspace = make_workspace(options, LIMITS)

    async def read() -> list[str]:
        user_session = await workspace.enter(workspace.user)
        session = TenantSession(options, workspace, user_session)
        await session.read_entities()
        lists = await read_all_lists(session)
        return [result.sentence for result in lists.values() if isinstance(result, ZuoraError)]

    with virtual_time(frozen=True) as (runner, virtual_clock):
        sentences = runner.run(read())
    assert 30 < virtual_clock.skipped < 60
    assert sentences[0] == "Zuora did not answer in time."
    assert "in all: this was not sent." in sentences[-1]


def test_a_missing_answer_is_reported_after_three_seconds() -> None:
    assert SILENCE_INTERVAL <= 3
