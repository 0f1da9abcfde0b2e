"""What a walkthrough's script says, and a sentence for every script that cannot be played."""

import tomllib
import unicodedata
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from entity_connections.domain.text import clean
from entity_connections.fake.faults.catalogue import FaultError, parse_fault
from entity_connections.fake.scenarios.catalogue import (
    SCENARIOS,
    USERS,
    check_scenario_name,
    is_scenario_file,
)
from entity_connections.walkthrough.complaints import Place, complaint
from entity_connections.walkthrough.keys import is_key

SHIPPED = Path(__file__).with_name("scripts")
SUFFIX = ".toml"
LEAST, MOST = (60, 20), (300, 100)
"""Columns and rows that the screen may have in recordings; with less it covers itself."""
MOST_STEPS = 200
LONGEST_TITLE, LONGEST_TEXT, LONGEST_CAPTION = 60, 200, 240
"""Characters; a text is what is seen, clicked or typed."""
_LARGEST = 1_000_000
_MOST_PROBLEMS = 10
_LEAVES = ("ctrl+c", "ctrl+q", "ctrl+z")
RETURN = "ctrl+g"
"""The key by which a presenter goes on, after having had the screen."""


class ScriptError(ValueError):
    """A script that cannot be used: one sentence a line, with file, step and remedy."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFC", text)
    if clean(text) != text:
        raise ValueError("holds a line break, or characters that cannot be seen; take them out")
    return text


def _key(name: str) -> str:
    if name in _LEAVES:
        raise ValueError(f"{name} leaves the program; end the walkthrough before it")
    if name == RETURN:
        raise ValueError(f"{name} is the presenter's own key; leave it out")
    if not is_key(name):
        raise ValueError(
            f"{name[:30]!r} is no key; it takes one character, or enter, escape, tab, space,"
            " up, down, pageup, f1, ctrl+r and the like; a text is typed with `type`"
        )
    return name


def _fault(text: str) -> str:
    try:
        parse_fault(text)
    except FaultError as error:
        raise ValueError(str(error)) from None
    return text


def _each_once(faults: list[str]) -> list[str]:
    names = [parse_fault(one).name for one in faults]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"{name} stands there twice; say it once")
    return faults


def _scenario(name: str) -> str:
    if not is_scenario_file(name):
        check_scenario_name(name)
    return name


Words = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT), AfterValidator(_plain)]
Caption = Annotated[str, Field(min_length=1, max_length=LONGEST_CAPTION), AfterValidator(_plain)]
Sight = Annotated[
    str,
    Field(
        min_length=1,
        max_length=LONGEST_TEXT,
        description='a text on one line of the screen; "A … B" is B on a line with A before it',
    ),
    AfterValidator(_plain),
]
Faults = Annotated[list[Annotated[str, AfterValidator(_fault)]], AfterValidator(_each_once)]
Picture = Annotated[str, Field(pattern="^[a-z0-9][a-z0-9-]{0,59}$")]


class Act(_Strict):
    """One thing that is done to the screen: a key, a text that is typed, or a click."""

    press: Annotated[str, AfterValidator(_key)] | None = Field(
        None, description="one key: a character, or enter, ctrl+r, f1 …"
    )
    type: Words | None = Field(None, description="letter by letter")
    click: Sight | None = Field(None, description="what is clicked, as it stands on the screen")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if len(self.model_fields_set) != 1:
            raise ValueError("takes exactly one of press, type and click; make one { } for each")
        return self


class Step(_Strict):
    """What the audience reads, what is done, and what must be seen afterwards."""

    caption: Caption
    user: Words | None = Field(None, description="who goes on from here; changed with the key u")
    faults: Faults | None = Field(
        None, description='what is on from here, and nothing else: "name=value"; [] for none'
    )
    do: list[Act] = []
    see: list[Sight] = []
    gone: list[Sight] = Field([], description="what must not be seen any more")
    picture: Picture | None = Field(None, description="the name of a picture of it")

    @property
    def acts(self) -> tuple[Act, ...]:
        """What is done, becoming another user included."""
        if self.user is None:
            return tuple(self.do)
        return Act(press="u"), Act(type=self.user), Act(press="enter"), *self.do


class Walkthrough(_Strict):
    """A journey through the screen of a fake tenant.

    Attributes:
        title: what it is called.
        teaches: what the audience knows afterwards, in a sentence.
        scenario: what the tenant holds at the start: a name, or a scenario file, which
            `read` looks for beside the script.
        user: who begins.
        size: columns and rows of the screen in recordings; the captions are below it.
        steps: in order.
    """

    title: Annotated[str, Field(min_length=1, max_length=LONGEST_TITLE), AfterValidator(_plain)]
    teaches: Caption
    scenario: Annotated[Words, AfterValidator(_scenario)] = "acme"
    user: Words = "alice"
    size: Annotated[list[int], Field(min_length=2, max_length=2)] = [100, 26]
    steps: list[Step] = Field(min_length=1, max_length=MOST_STEPS)

    @field_validator("size")
    @classmethod
    def _fits(cls, size: list[int]) -> list[int]:
        if not all(low <= one <= high for low, one, high in zip(LEAST, size, MOST, strict=True)):
            raise ValueError(
                f"takes columns from {LEAST[0]} to {MOST[0]} and rows from {LEAST[1]} to {MOST[1]}"
            )
        return size

    @model_validator(mode="after")
    def _whole(self) -> Self:
        pictures: dict[str, int] = {}
        for number, step in enumerate(self.steps, 1):
            if step.user is not None:
                self._check_user(step.user, f"step {number}, user")
            if step.picture in pictures:
                raise ValueError(
                    f"step {number}, picture: step {pictures[step.picture]} has one that is"
                    f" called {step.picture}, too; name it otherwise"
                )
            if step.picture is not None:
                pictures[step.picture] = number
        self._check_user(self.user, "user")
        return self

    def _check_user(self, user: str, place: str) -> None:
        """Look for a user, where the scenario is one whose users are known."""
        if self.scenario in SCENARIOS and user not in USERS:
            raise ValueError(f"{place}: there is no {user[:40]!r}; there are {', '.join(USERS)}")


def shipped() -> dict[str, Path]:
    """Return the scripts that come with the program, by name."""
    return {path.stem: path for path in sorted(SHIPPED.glob(f"*{SUFFIX}"))}


def found(name: str) -> Path:
    """Return the file of a walkthrough: one that comes with the program, or any other.

    Raises:
        ScriptError: there is none.
    """
    ours = shipped()
    if name in ours:
        return ours[name]
    path = Path(name)
    if path.suffix == SUFFIX or "/" in name:
        return path
    near = get_close_matches(name, ours, n=1, cutoff=0.5)
    meant = f"did you mean {near[0]}?" if near else f"there are {', '.join(ours)}."
    raise ScriptError(f"There is no walkthrough {name[:60]!r}; {meant} A file ends in {SUFFIX}.")


def read(path: Path) -> Walkthrough:
    """Return the script in a file.

    Raises:
        ScriptError: it cannot be read, or says what cannot be played.
    """
    try:
        if path.exists() and not path.is_file():
            raise ScriptError(f"{clean(str(path))} is not a file.")
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
        if len(data) > _LARGEST:
            raise ScriptError(f"{clean(path.name)}: is larger than a script can be (1 MB).")
        script = parsed(data.decode("utf-8-sig"), path.name)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ScriptError(f"{clean(str(path))} cannot be read: {reason}.") from error
    except UnicodeDecodeError as error:
        raise ScriptError(f"{clean(path.name)}: is not text in UTF-8; save it as such.") from error
    if script.scenario in SCENARIOS:
        return script
    return script.model_copy(update={"scenario": str(path.parent / script.scenario)})


def parsed(text: str, name: str) -> Walkthrough:
    """Return the script that a text holds; `name` is what to call it in an error.

    Raises:
        ScriptError: it says what cannot be played.
    """
    try:
        return Walkthrough.model_validate(tomllib.loads(text))
    except ValidationError as error:
        problems = error.errors()
        said = [complaint(one, _keys_at) for one in problems[:_MOST_PROBLEMS]]
        if more := len(problems) - len(said):
            said.append(f"and {more} more.")
    except RecursionError:
        said = ["is nested deeper than any script; write it flat."]
    except tomllib.TOMLDecodeError as error:
        said = [f"is not TOML: {str(error).rstrip('.')}."]
    except ValueError:
        said = ["holds a number of far too many digits; shorten it."]
    # What stands in the file is repeated here, and may have been meant to harm.
    raise ScriptError("\n".join(clean(f"{name}: {one}", 500) for one in said))


def _keys_at(loc: Place) -> Sequence[str]:
    if "do" in loc:
        return list(Act.model_fields)
    return list((Step if len(loc) > 1 else Walkthrough).model_fields)
