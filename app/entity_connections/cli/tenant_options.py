"""The options that choose the tenant; the screen and every command have them."""

from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple

import click

from entity_connections.cli.completers import ENTITY, FAULT, PROFILE, SCENARIO, USER
from entity_connections.cli.parameters import option


class TenantOptions(NamedTuple):
    """The values of `_OPTIONS`; None where an option is not given."""

    profile: str | None = None
    base_url: str | None = None
    scenario: str | None = None
    user: str | None = None
    tenant: str | None = None
    entity: str | None = None
    faults: tuple[str, ...] | None = None

    @property
    def fake(self) -> bool:
        """Whether the options choose the built-in fake tenant, which is the default."""
        return self.profile is None and self.base_url is None

    def with_defaults(self, defaults: "TenantOptions") -> "TenantOptions":
        """Return these options, and those of `defaults` that are not given here."""
        given = {name: value for name, value in self._asdict().items() if value is not None}
        return defaults._replace(**given)

    def check(self) -> "TenantOptions":
        """Return these options; click.UsageError if they cannot be combined."""
        real = {"--profile": self.profile, "--base-url": self.base_url}
        fake = {
            "--scenario": self.scenario, "--user": self.user, "--tenant": self.tenant,
            "--fault": self.faults,
        }  # fmt: skip
        given_real = [name for name, value in real.items() if value is not None]
        given_fake = [name for name, value in fake.items() if value is not None]
        if len(given_real) > 1:
            raise click.UsageError("--profile and --base-url both choose the tenant: give one.")
        if given_real and given_fake:
            raise click.UsageError(
                f"{given_fake[0]} belongs to the fake tenant, and {given_real[0]} chooses another."
            )
        return self


_OPTIONS: dict[str, dict[str, Any]] = {
    "profile": {
        "type": PROFILE,
        "help": "A tenant of your config file; `login` makes one.",
    },
    "base_url": {
        "metavar": "URL",
        "help": "A REST root, with ZUORA_CLIENT_ID and ZUORA_CLIENT_SECRET in the environment.",
    },
    "scenario": {
        "metavar": "NAME", "type": SCENARIO,
        "help": "What the built-in fake tenant holds: acme unless told; or a scenario file.",
    },
    "user": {
        "type": USER,
        "help": "Who to work as in the fake tenant: alice unless told.",
    },
    "tenant": {
        "metavar": "FILE", "type": click.Path(dir_okay=False),
        "help": "Keep the fake tenant in a file, which others may use at the same time.",
    },
    "faults": {
        "multiple": True, "type": FAULT,
        "help": "A fault of the built-in fake tenant; `serve --faults` lists them. Repeatable.",
    },
    "entity": {
        "type": ENTITY,
        "help": "The entity to act in: id, name or display name. Else ZUORA_ENTITY_ID.",
    },
}  # fmt: skip
"""The attributes of the option for each field of `TenantOptions`."""


def parent_options() -> TenantOptions:
    """Return the options that were given before the name of the command."""
    before = click.get_current_context().find_root().obj
    return before if isinstance(before, TenantOptions) else TenantOptions()


def tenant_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add all options to a command, which receives them as one, and only if they fit together."""

    @some_tenant_options(**dict.fromkeys(_OPTIONS, ""))
    @wraps(command)
    def with_checked_options(options: TenantOptions, *args: Any, **kwargs: Any) -> Any:
        return command(options.check(), *args, **kwargs)

    return with_checked_options


def some_tenant_options(**helps: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that adds some of the options to a command.

    The command receives a `TenantOptions` as first argument. Options that were given before its
    name are in it too, those it does not add included.

    Args:
        helps: the help of each option that is added, by its field of `TenantOptions`; "" takes
            the usual one.
    """

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def with_options(*args: Any, **kwargs: Any) -> Any:
            own = TenantOptions(**{name: kwargs.pop(name) or None for name in helps})
            return command(own.with_defaults(parent_options()), *args, **kwargs)

        for name, text in reversed(helps.items()):
            attributes = _OPTIONS[name]
            flag = "--fault" if name == "faults" else f"--{name.replace('_', '-')}"
            option(flag, name, **attributes | {"help": text or attributes["help"]})(with_options)
        return with_options

    return decorate
