"""The script of a walkthrough: what its file may hold; README.md explains it."""

import unicodedata
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from entity_connections.domain.text import clean
from entity_connections.fake.faults.catalogue import parse_fault
from entity_connections.fake.scenarios.catalogue import check_scenario
from entity_connections.walkthrough.key_events import is_key

MIN_SIZE, MAX_SIZE = (60, 20), (300, 100)
"""Columns and rows of the screen in recordings; a smaller screen cannot show everything."""
MAX_STEPS = 200
MAX_TEXT = 200
"""Length in characters."""
EXIT_KEYS = frozenset({"ctrl+c", "ctrl+q", "ctrl+z"})
"""Keys that leave the program or stop it."""
RESUME_KEY = "ctrl+g"
"""The key with which a presenter who has control gives it back to the walkthrough."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def _check_text(text: str) -> str:
    text = unicodedata.normalize("NFC", text)
    if clean(text) != text:
        raise ValueError("A text may hold neither line breaks nor invisible characters")
    return text


def _check_key(name: str) -> str:
    if name in EXIT_KEYS:
        raise ValueError(f"{name} leaves the program; end the walkthrough before it")
    if name == RESUME_KEY:
        raise ValueError(f"{name} is a key of the presenter")
    if not is_key(name):
        raise ValueError(
            f"{name[:30]!r} is no key. A key is one character, or enter, escape, tab, space, up,"
            " down, pageup, f1, ctrl+r and the like; use type for a text"
        )
    return name


def _check_faults(faults: list[str]) -> list[str]:
    names = [parse_fault(fault).name for fault in faults]
    if len(set(names)) < len(names):
        raise ValueError("A fault is listed twice")
    return faults


Text = Annotated[str, Field(min_length=1, max_length=MAX_TEXT), AfterValidator(_check_text)]
Title = Annotated[str, Field(min_length=1, max_length=60), AfterValidator(_check_text)]
Caption = Annotated[str, Field(min_length=1, max_length=240), AfterValidator(_check_text)]
Columns = Annotated[int, Field(ge=MIN_SIZE[0], le=MAX_SIZE[0])]
Rows = Annotated[int, Field(ge=MIN_SIZE[1], le=MAX_SIZE[1])]


class Act(_Model):
    """One input: a key, a text that is typed letter by letter, or a click on a locator."""

    press: Annotated[str, AfterValidator(_check_key)] | None = None
    type: Text | None = None
    click: Text | None = None

    @model_validator(mode="after")
    def _check_one_is_set(self) -> Self:
        if len(self.model_fields_set) != 1:
            raise ValueError("Exactly one of press, type and click is needed; use one { } for each")
        return self


class Step(_Model):
    """A caption, the inputs, and locators of texts that must be seen or gone after them.

    `user` is whom to become first. `faults` are on from this step, all others off; None: no change.
    """

    caption: Caption
    user: Text | None = None
    faults: Annotated[list[str], AfterValidator(_check_faults)] | None = None
    do: list[Act] = []
    see: list[Text] = []
    gone: list[Text] = []
    picture: Annotated[str, Field(pattern="^[a-z0-9][a-z0-9-]{0,59}$")] | None = None

    @property
    def acts(self) -> tuple[Act, ...]:
        """All inputs: those that change the user, then `do`."""
        if self.user is None:
            return tuple(self.do)
        return Act(press="u"), Act(type=self.user), Act(press="enter"), *self.do


class Walkthrough(_Model):
    """A scripted tour of the screen on a fake tenant."""

    title: Title
    teaches: Caption
    scenario: Annotated[Text, AfterValidator(check_scenario)] = "acme"
    user: Text = "alice"
    size: Annotated[tuple[Columns, Rows], Field(strict=False)] = (100, 26)  # TOML has lists
    steps: list[Step] = Field(min_length=1, max_length=MAX_STEPS)
