"""How the fake tenant behaves where Zuora's documentation is silent (contract L)."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields, replace
from importlib.resources import files
from typing import Any, Literal, NamedTuple, get_args

from entity_connections.domain.words import join_or


@dataclass(frozen=True)
class Policy:
    """The behaviour for each open question; `policies.toml` describes all of them.

    Outside Python, names are written with hyphens: `own-request=connected`.
    """

    denied: Literal["disconnected", "removed"] = "disconnected"
    ended: Literal["kept", "removed"] = "kept"
    again: Literal["new-record", "same-record"] = "new-record"
    duplicate: Literal["refused", "same-id"] = "refused"
    both_ways: Literal["two-records", "refused"] = "two-records"
    own_request: Literal["pending", "connected"] = "pending"
    answering: Literal["refused", "allowed"] = "refused"
    withdrawal: Literal["refused", "allowed"] = "refused"
    twice: Literal["refused", "repeated"] = "refused"
    reused_key: Literal["replayed", "refused"] = "replayed"
    refusals: Literal["http-200", "http-4xx"] = "http-200"
    put_body: Literal["any", "typed", "object", "empty", "nothing"] = "any"
    trailing_slash: Literal["ignored", "refused"] = "ignored"
    entity_list_header: Literal["optional", "required"] = "optional"
    entity_list: Literal["whole", "enterable", "first-300"] = "whole"
    order: Literal["creation", "newest-first"] = "creation"
    next_page: Literal["whole-query", "without-type"] = "whole-query"
    token_authorization: Literal["ignored", "refused"] = "ignored"  # noqa: S105 - no password
    token_limit: Literal["per-tenant", "per-address"] = "per-tenant"  # noqa: S105 - no password

    def as_dict(self) -> dict[str, str]:
        """Return the values by name, as they are written in files and options."""
        return {option_name(name): value for name, value in asdict(self).items()}

    def with_options(self, options: Iterable[str]) -> "Policy":
        """Return a copy with other values, each given as "name=value"; or raise ValueError."""
        changes: dict[str, Any] = {}
        for option in options:
            name, _, value = map(str.strip, option.partition("="))
            if name not in OPTIONS:
                raise ValueError(f"There is no policy {name[:64]!r}. Choose {join_or(OPTIONS)}.")
            if value not in OPTIONS[name]:
                valid = join_or(OPTIONS[name])
                raise ValueError(f"{name} has no value {value[:64]!r}. Choose {valid}.")
            changes[name.replace("-", "_")] = value
        return replace(self, **changes)


def option_name(field_name: str) -> str:
    """Return the name of a field of `Policy` as it is written in files and options."""
    return field_name.replace("_", "-")


OPTIONS: dict[str, tuple[str, ...]] = {
    option_name(field.name): get_args(field.type) for field in fields(Policy)
}
"""The name of each policy -> its values, the default first."""


class PolicyRow(NamedTuple):
    """What Zuora's documentation does not say, and how the fake tenant behaves by default.

    `others` are the other possible behaviours, by what switches to them: "denied=removed".
    `why` is the reason for the default.
    """

    name: str
    question: str
    choice: str
    others: dict[str, str]
    why: str


def list_policies() -> Iterator[PolicyRow]:
    """Yield a row for each policy."""
    import tomllib

    text = files("entity_connections.fake").joinpath("policies.toml").read_text("utf-8")
    questions = tomllib.loads(text)
    for name, (default, *others) in OPTIONS.items():
        question, behaviours = questions[name], questions[name]["values"]
        switches = {f"{name}={value}": behaviours[value] for value in others}
        yield PolicyRow(name, question["question"], behaviours[default], switches, question["why"])
