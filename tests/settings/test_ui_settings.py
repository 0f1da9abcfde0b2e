"""How the screen looks: the config file wins over what was chosen on the screen."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from entity_connections.services.storage.database import Database
from entity_connections.settings.errors import SettingsError
from entity_connections.settings.paths import screen_file, state_file
from entity_connections.settings.ui_settings import load_ui_settings, save_choice

Config = Callable[[str], Path]


def load() -> tuple[str, str]:
    settings = load_ui_settings()
    return settings.theme.value, settings.panes.value


def test_without_a_choice_it_is_dark_and_the_width_decides() -> None:
    assert load() == ("dark", "auto")


def test_what_was_chosen_on_the_screen_is_remembered_for_the_user_only() -> None:
    save_choice("theme", "light")
    save_choice("panes", "never")
    assert load() == ("light", "never")
    assert load_ui_settings().theme.origin == "chosen on the screen"
    assert screen_file().stat().st_mode & 0o777 == 0o600


def test_the_config_file_wins_setting_by_setting(config: Config) -> None:
    save_choice("theme", "light")
    save_choice("panes", "never")
    path = config('[ui]\npanes = "auto"')
    assert load() == ("light", "auto")
    assert load_ui_settings().panes.origin == str(path)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("theem = 'dark'", "ui.theem: there is no such key; did you mean theme?"),
        ("theme = 1", "ui.theme: it must be a text in quotes."),
        ("theme = ''", "ui.theme: it is empty; give it a value, or remove the line."),
        ("panes = 'wide'", "ui.panes: it must be 'auto', 'always' or 'never'."),
    ],
)
def test_a_problem_in_the_table_is_one_sentence(config: Config, line: str, problem: str) -> None:
    path = config(f"[ui]\n{line}")
    with pytest.raises(SettingsError) as raised:
        load_ui_settings()
    assert str(raised.value) == f"{path}: {problem}"


@pytest.mark.parametrize("text", ["", "[]", "{", '{"theme": 1, "panes": []}', "[" * 9_000])
def test_a_file_of_choices_that_cannot_be_used_is_like_none(text: str) -> None:
    save_choice("theme", "light")
    screen_file().write_text(text)
    assert load() == ("dark", "auto")
    save_choice("theme", "light")
    assert json.loads(screen_file().read_text()) == {"theme": "light"}


def test_the_journal_takes_a_folder_in_which_choices_are() -> None:
    save_choice("theme", "light")
    state_file().parent.chmod(0o755)
    with Database(state_file()).transaction(write=True):
        pass
    assert state_file().parent.stat().st_mode & 0o777 == 0o700
