"""Completion in bash for names with spaces."""

import os
import re
import shlex
from typing import Any

from click.shell_completion import BashComplete, CompletionItem, add_completion_class

_SPECIAL = re.compile(r"([^A-Za-z0-9_./:=@%+,-])")
"""Characters that bash would interpret."""


class QuotingBashComplete(BashComplete):
    """Completion in bash; a space in a name stays part of the word."""

    source_template = BashComplete.source_template.replace(" read type", " read -r type")

    def format_completion(self, item: CompletionItem[Any]) -> str:
        """Return a completion with a backslash before each special character."""
        try:
            shlex.split(os.environ.get("COMP_WORDS", ""))
        except ValueError:  # the typed word began with a quote, where a backslash is literal
            return f"{item.type},{item.value}"
        return f"{item.type}," + _SPECIAL.sub(r"\\\1", item.value)


def register() -> None:
    """Use this class for bash in this process."""
    add_completion_class(QuotingBashComplete)
