"""The entity that options, a profile and the environment say to start in."""

import asyncio
from pathlib import Path

import keyring
import pytest
from entity_connections.cli.tenant.workspace import make_workspace
from entity_connections.cli.tenant_options import TenantOptions
from entity_connections.domain.errors import NoSecret
from entity_connections.domain.ids import hyphenate_id
from keyring.errors import KeyringLocked

from tests.acme import CORPORATION, EUROPE, US
from tests.cli.recorded_tenant import RecordedTenant, run_on
from tests.cli.tenant import PROGRAM, environ, run
from tests.settings.keyring_backends import FailingKeyring, HangingKeyring
from tests.terminal.pty import Terminal
from tests.zuora.raw_server import RawServer, http_response

TO_EUROPE = "8a808255575bdae401576a914a140420"


async def test_entering_a_tenant_sends_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environ(home, ZUORA_CLIENT_ID="id", ZUORA_CLIENT_SECRET="secret").items():
        monkeypatch.setenv(name, value)
    async with RawServer(http_response({})).open() as rogue:
        options = TenantOptions(base_url=rogue.root, entity="Acme-Europe")
        user_session = await make_workspace(options).enter("x")
        assert user_session.start == "Acme-Europe"
        assert not rogue.connections
        await user_session.tenant.zuora.aclose()


def test_unreadable_certificate_authorities_are_reported(home: Path) -> None:
    done = run(home, "connections", "--base-url", "https://127.0.0.1:1", ZUORA_CLIENT_ID="id",
               ZUORA_CLIENT_SECRET="secret", SSL_CERT_FILE=str(home / "no.pem"))  # fmt: skip
    assert done.returncode == 2
    assert "SSL_CERT_FILE names" in done.stderr
    assert "Traceback" not in done.stderr


def test_options_of_the_command_replace_those_before_it() -> None:
    before = TenantOptions(profile="acme", user="bruno", faults=("drop",))
    assert TenantOptions().with_defaults(before) == before
    merged = TenantOptions(profile="", faults=()).with_defaults(before)
    assert merged == TenantOptions(profile="", user="bruno", faults=())


@pytest.mark.parametrize("variable", ["ZUORA_ENTITY_ID", "ZUORA_CLIENT_ID", "ZUORA_CLIENT_SECRET"])
def test_an_empty_variable_is_refused(server: RecordedTenant, home: Path, variable: str) -> None:
    where = ["--base-url", server.served.url]
    given = {**server.served.environ(), variable: ""}
    fake = ["request", "--to", "Acme-US", "--yes"]
    for arguments in (["connections", *where], ["doctor", *where], fake):
        done = run(home, *arguments, **given)
        assert (done.returncode, done.stdout) == (2, ""), done.stderr
        assert f"{variable} in the environment is empty" in done.stderr
    assert run(home, "connections", "--entity", "Acme-US", ZUORA_ENTITY_ID="").returncode == 0


@pytest.mark.parametrize("command", [["profiles"], ["config", "explain"], ["journal"]])
def test_an_empty_home_is_none(
    home: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    def find_no_user(_: int) -> None:
        raise KeyError

    monkeypatch.setattr("pwd.getpwuid", find_no_user)
    folders = {
        f"ENTITY_CONNECTIONS_{kind}_DIR": f"~/{kind.lower()}" for kind in ("CONFIG", "STATE")
    }
    done = run(home, *command, HOME="", **folders)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"There is no home directory. Set HOME, or {' and '.join(folders)}" in done.stderr
    assert run(home, "entities", HOME="", **folders).returncode == 0


@pytest.mark.parametrize(
    ("which", "code"), [([TO_EUROPE], 1), (["--from", CORPORATION, "--to", EUROPE], 2)]
)
def test_the_environment_does_not_choose_the_end_of_a_named_connection(
    server: RecordedTenant, home: Path, which: list[str], code: int
) -> None:
    arguments = ["disconnect", *which, "--dry-run", "--base-url", server.served.url]
    found = run(home, *arguments, **server.served.environ(), ZUORA_ENTITY_ID=US)
    assert found.returncode == 0, found.stderr
    assert f"Zuora-Entity-Ids: {hyphenate_id(CORPORATION)}\n" in found.stdout
    assert run_on(server, home, *arguments[:-2], "--entity", US).returncode == code


@pytest.mark.parametrize(
    ("folder", "why"),
    [
        ("~nosuch/state", "There is no home directory."),
        ("/dev/null/state", "cannot be written: Not a directory."),
    ],
)
def test_without_a_folder_for_the_journal_reads_work_and_a_write_is_not_sent(
    server: RecordedTenant, home: Path, folder: str, why: str
) -> None:
    given = {**server.served.environ(), "ENTITY_CONNECTIONS_STATE_DIR": folder}
    where = ["--base-url", server.served.url]
    assert run(home, "connections", *where, **given).returncode == 0
    pair = ["--from", "Acme-Americas", "--to", "Acme-Europe"]
    assert run(home, "request", *pair, "--dry-run", *where, **given).returncode == 0
    for more in ([], ["--to", "Acme-Mexico"]):
        done = run(home, "request", *pair, *more, "--yes", "--unlock", *where, **given)
        assert done.returncode == 2
        assert "Acme-Americas → Acme-Europe: not sent." in done.stdout
        assert "refused" not in done.stdout
        for part in (why, "ENTITY_CONNECTIONS_CONFIG_DIR", "ENTITY_CONNECTIONS_STATE_DIR"):
            assert part in done.stdout
    assert not server.writes


@pytest.fixture
def profile(home: Path, monkeypatch: pytest.MonkeyPatch) -> TenantOptions:
    """A profile whose secret may be in the keyring only."""
    for name, value in environ(home).items():
        monkeypatch.setenv(name, value)
    (home / "config").mkdir(parents=True)
    text = '[profiles.a]\nenvironment = "eu-production"\nclient_id = "x"\n'
    (home / "config" / "config.toml").write_text(text)
    return TenantOptions(profile="a")


async def test_the_screen_opens_before_the_keyring_answers(profile: TenantOptions) -> None:
    before, hanging = keyring.get_keyring(), HangingKeyring()
    keyring.set_keyring(hanging)
    try:
        workspace = make_workspace(profile, keyring_later=True)
        entering = asyncio.ensure_future(workspace.enter("x"))
        await asyncio.sleep(0)
        assert not entering.done()
        assert workspace.enter_waits_for == "the keyring"
        hanging.passwords["entity-connections", "a"] = "secret"
        hanging.answered.set()
        await (await entering).tenant.zuora.aclose()
        keyring.set_keyring(FailingKeyring(KeyringLocked))
        with pytest.raises(NoSecret, match="the keyring does not answer"):
            await make_workspace(profile, keyring_later=True).enter("x")
    finally:
        keyring.set_keyring(before)


@pytest.mark.usefixtures("profile")
def test_the_screen_can_be_left_while_the_keyring_does_not_answer(home: Path) -> None:
    backend = {"PYTHON_KEYRING_BACKEND": "tests.settings.keyring_backends.HangingKeyring"}
    with Terminal([*PROGRAM, "--profile", "a"], env=environ(home, **backend)) as terminal:
        terminal.wait_for("Reading from Zuora")
        terminal.send("ctrl+q")
        assert terminal.wait_exit() == 0
