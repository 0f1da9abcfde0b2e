"""How the fake tenant behaves where Zuora's documentation is silent (contract L)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from importlib.resources import files
from typing import Literal, NamedTuple, get_args

from entity_connections.domain.words import join_or


class PolicyError(ValueError):
    """A policy or value that does not exist; the message names it and the valid ones."""


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
        """Return a copy with other values, each given as "name=value"; raise `PolicyError`."""
        pairs = (option.partition("=") for option in options)
        return self.with_values({name.strip(): value.strip() for name, _, value in pairs})

    def with_values(self, values: Mapping[str, str]) -> "Policy":
        """Return a copy with other values, as `as_dict` returns them; raise `PolicyError`."""
        for name, value in values.items():
            if name not in OPTIONS:
                raise PolicyError(f"There is no policy {name[:64]!r}. Choose {join_or(OPTIONS)}.")
            if value not in OPTIONS[name]:
                valid = join_or(OPTIONS[name])
                raise PolicyError(f"{name} has no value {value[:64]!r}. Choose {valid}.")
        changes = {name.replace("-", "_"): value for name, value in values.items()}
        return replace(self, **changes)  # type: ignore[arg-type]


def option_name(field_name: str) -> str:
    """Return the name of a field of `Policy` as it is written in files and options."""
    return field_name.replace("_", "-")


OPTIONS: dict[str, tuple[str, ...]] = {
    option_name(field.name): get_args(field.type) for field in fields(Policy)
}
"""The name of each policy -> its values, the default first."""


class PolicyRow(NamedTuple):
    """One policy.

    Attributes:
        name: The name of the policy.
        question: What Zuora's documentation does not say.
        choice: How the fake tenant behaves.
        others: The other possible behaviours.
        switches: What to write for each of `others`, such as "denied=removed".
        why: The reason for the default.
    """

    name: str
    question: str
    choice: str
    others: tuple[str, ...]
    switches: tuple[str, ...]
    why: str


def policy_rows(policy: Policy) -> Iterator[PolicyRow]:
    """Yield a row for each policy, with the values of `policy` as the choices.

    The questions and the reasons come from `policies.toml`.
    """
    import tomllib

    text = files("entity_connections.fake").joinpath("policies.toml").read_text("utf-8")
    questions = tomllib.loads(text)
    for name, chosen in policy.as_dict().items():
        behaviours: dict[str, str] = questions[name]["values"]
        choice = behaviours.pop(chosen)
        yield PolicyRow(
            name,
            questions[name]["question"],
            choice,
            others=tuple(behaviours.values()),
            switches=tuple(f"{name}={value}" for value in behaviours),
            why=questions[name]["why"],
        )
