"""What a walkthrough's script says, and a sentence for every script that cannot be played."""

import json
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from app.domain.text import clean
from app.fake.faults.catalogue import FaultError
from app.fake.faults.catalogue import parsed as parsed_fault
from app.walkthrough.keys import is_key

SHIPPED = Path(__file__).with_name("scripts")
SUFFIX = ".toml"
_LARGEST = 1_000_000
_MOST_PROBLEMS = 10


class ScriptError(ValueError):
    """A script that cannot be used: one sentence a line, with file, step and remedy."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def _plain(text: str) -> str:
    if clean(text) != text:
        raise ValueError("holds characters that are not text; type it anew")
    return text


Words = Annotated[str, Field(min_length=1, max_length=200)]
Caption = Annotated[str, Field(min_length=1, max_length=240)]
Sight = Annotated[
    str,
    Field(
        min_length=1,
        max_length=200,
        description='a text on one line of the screen; "A … B" is B on a line with A before it',
    ),
]
Picture = Annotated[str, Field(pattern="^[a-z0-9][a-z0-9-]{0,59}$")]


class Act(_Strict):
    """One thing that is done to the screen: a key, a text that is typed, or a click."""

    press: str | None = Field(None, description="one key: a character, or enter, ctrl+r, f1 …")
    type: Words | None = Field(None, description="letter by letter")
    click: Sight | None = Field(None, description="what is clicked, as it stands on the screen")

    @field_validator("press")
    @classmethod
    def _known(cls, key: str | None) -> str | None:
        if key is not None and not is_key(key):
            raise ValueError(
                f"{key[:30]!r} is no key; it takes one character, or enter, escape, tab, space,"
                " up, down, pageup, f1, ctrl+r and the like; a text is typed with `type`"
            )
        return key

    @field_validator("type", "click")
    @classmethod
    def _text(cls, text: str | None) -> str | None:
        return None if text is None else _plain(text)

    @model_validator(mode="after")
    def _one(self) -> Self:
        if len(self.model_fields_set) != 1 or None in (
            getattr(self, n) for n in self.model_fields_set
        ):
            raise ValueError("takes exactly one of press, type and click; make one { } for each")
        return self


class Step(_Strict):
    """What the audience reads, what is done, and what must be seen afterwards."""

    caption: Caption
    user: str | None = Field(None, description="who goes on from here; changed with the key u")
    faults: list[str] | None = Field(
        None, description='what is on from here, and nothing else: "name=value"; [] for none'
    )
    do: list[Act] = []
    see: list[Sight] = []
    gone: list[Sight] = Field([], description="what must not be seen any more")
    picture: Picture | None = Field(None, description="the name of a picture of it")

    @field_validator("caption")
    @classmethod
    def _text(cls, text: str) -> str:
        return _plain(text)

    @field_validator("faults")
    @classmethod
    def _known(cls, faults: list[str] | None) -> list[str] | None:
        for one in faults or ():
            try:
                parsed_fault(one)
            except FaultError as error:
                raise ValueError(str(error)) from None
        return faults


class Walkthrough(_Strict):
    """A journey through the screen of a fake tenant.

    Attributes:
        title: what it is called.
        teaches: what the audience knows afterwards, in a sentence.
        scenario: what the tenant holds at the start: a name or a scenario file.
        user: who begins.
        size: columns and rows of the screen in recordings; the captions are below it.
        steps: in order.
    """

    title: Annotated[str, Field(min_length=1, max_length=60)]
    teaches: Caption
    scenario: str = "acme"
    user: str = "alice"
    size: Annotated[list[int], Field(min_length=2, max_length=2)] = [100, 26]
    steps: list[Step] = Field(min_length=1, max_length=200)

    @field_validator("title", "teaches")
    @classmethod
    def _text(cls, text: str) -> str:
        return _plain(text)

    @field_validator("size")
    @classmethod
    def _fits(cls, size: list[int]) -> list[int]:
        if not (60 <= size[0] <= 300 and 20 <= size[1] <= 100):
            raise ValueError("takes columns from 60 to 300 and rows from 20 to 100")
        return size

    @model_validator(mode="after")
    def _named_once(self) -> Self:
        names = [one.picture for one in self.steps if one.picture]
        if twice := {one for one in names if names.count(one) > 1}:
            raise ValueError(f"two steps have a picture called {min(twice)}; name one otherwise")
        return self


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
    meant = f"did you mean {near[0]}?" if near else f"there are {', '.join(ours)};"
    raise ScriptError(f"There is no walkthrough {name[:60]!r}; {meant} A file ends in {SUFFIX}.")


def read(path: Path) -> Walkthrough:
    """Return the script in a file.

    Raises:
        ScriptError: it cannot be read, or says what cannot be played.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
        if len(data) > _LARGEST:
            raise ScriptError(f"{path.name}: is larger than a script can be (1 MB).")
        return parsed(data.decode(), path.name)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ScriptError(f"{clean(str(path))} cannot be read: {reason}.") from error
    except UnicodeDecodeError as error:
        raise ScriptError(f"{path.name}: is not text in UTF-8; save it as such.") from error


def parsed(text: str, name: str) -> Walkthrough:
    """Return the script that a text holds; `name` is what to call it in an error.

    Raises:
        ScriptError: it says what cannot be played.
    """
    try:
        return Walkthrough.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ScriptError(f"{name}: is not TOML: {error}.") from error
    except ValidationError as error:
        problems = error.errors()
        said = [f"{name}: {_sentence(one)}" for one in problems[:_MOST_PROBLEMS]]
        if more := len(problems) - len(said):
            said.append(f"{name}: and {more} more.")
        raise ScriptError("\n".join(said)) from error


def _sentence(error: Mapping[str, Any]) -> str:
    """Return one of pydantic's errors as place, fault and remedy."""
    place = _place(error["loc"])
    value = json.dumps(error["input"], default=str)
    short = value if len(value) <= 60 else f"{value[:59]}…"
    match error["type"]:
        case "extra_forbidden":
            word = str(error["loc"][-1])
            keys = _keys(error["loc"])
            near = get_close_matches(word, keys, n=1, cutoff=0.5)
            known = f"did you mean {near[0]}?" if near else f"there are {', '.join(keys)}."
            return f"{place}: there is no such key; {known}"
        case "missing":
            return f"{place}: is missing; write it."
        case "value_error":
            return f"{place}: {error['ctx']['error']}."
        case "string_pattern_mismatch":
            return f"{place}: {short} may hold small letters, digits and hyphens only."
        case _:
            return f"{place}: {error['msg'][:1].lower()}{error['msg'][1:]}, not {short}."


def _place(loc: tuple[str | int, ...]) -> str:
    """Return where something stands, as a person counts: "step 3, do 2, press"."""
    words: list[str] = []
    for one in loc:
        if isinstance(one, int):
            words[-1] = f"{'step' if words[-1] == 'steps' else words[-1]} {one + 1}"
        else:
            words.append(one)
    return ", ".join(words) or "the script"


def _keys(loc: tuple[str | int, ...]) -> list[str]:
    if "do" in loc:
        return list(Act.model_fields)
    return list((Step if loc[0] == "steps" else Walkthrough).model_fields)
