"""What is told on stderr while a command is at work."""

import signal
import subprocess
from pathlib import Path

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
    assert "60 min" in done.stderr
