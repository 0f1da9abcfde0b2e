"""What an action on a row of connections is, and a write, which is one call to Zuora."""

from abc import ABC, abstractmethod
from typing import ClassVar, NamedTuple

from entity_connections.domain.connections import DISCONNECTED, KNOWN_STATUSES, Direction
from entity_connections.domain.entities import Entity
from entity_connections.domain.rows import Row
from entity_connections.domain.zuora_api import MayRepeat, Receipt, ZuoraApi

MAPPING_LOST = "The mapping of an earlier connection does not come back."


class DisabledReason(NamedTuple):
    """Why an action or a command is disabled.

    Attributes:
        reason: a sentence.
        remedy: a sentence that says what would enable it.
        brief: a few words for the Action column, or "".
    """

    reason: str
    remedy: str
    brief: str = ""


class Action(ABC):
    """One of the things that can be done to the connection of a row.

    An action is disabled where the lists show that it is impossible or has no effect
    (contract D1, D5).

    Attributes:
        id: name in JSON and on the command line.
        label: Zuora's label, where it has one (contract I2).
        key: the key that starts it on the screen.
        word: label in the key bar.
        tooltip: what it does, in a few words.
        question: title of its confirmation.
        many_question: the same for several rows; `{}` stands for how many.
        many_consequence: what it leads to on several rows, in a sentence or two.
        effect: the same for one row; `{source}` and `{target}` stand for the names.
        yes: label of the button that confirms it; `{counterpart}` is the other end.
        irreversible: whether no other action can undo it.
    """

    id: ClassVar[str]
    label: ClassVar[str]
    key: ClassVar[str]
    word: ClassVar[str]
    tooltip: ClassVar[str]
    question: ClassVar[str]
    many_question: ClassVar[str]
    many_consequence: ClassVar[str]
    effect: ClassVar[str]
    yes: ClassVar[str]
    irreversible: ClassVar[bool] = False

    def __repr__(self) -> str:
        return f"<action {self.id}>"

    def disabled_reason(self, row: Row) -> DisabledReason | None:
        """Return why the action is disabled on `row`, or None when it is enabled."""
        if row.status is not None and row.status not in KNOWN_STATUSES:
            return DisabledReason(
                f'Zuora calls this connection "{row.status}". This program does not know that '
                "word and offers no action.",
                "Look at the connection in Zuora itself.",
            )
        return self._disabled_reason(row)

    @abstractmethod
    def _disabled_reason(self, row: Row) -> DisabledReason | None:
        """Return why the action is disabled on a row with a known status, or None."""

    def yes_label(self, row: Row, source: str, target: str) -> str:
        """Return the label of the button that confirms it; the names are short enough for it."""
        counterpart = target if row.direction is Direction.OUTBOUND else source
        return self.yes.format(source=source, target=target, counterpart=counterpart)

    def consequence(self, row: Row, source: str, target: str) -> str:
        """Return what the action leads to, in one or two sentences."""
        effect = self.effect.format(source=source, target=target)
        return f"{effect} {MAPPING_LOST}" if row.status == DISCONNECTED else effect

    @abstractmethod
    def list_writes(self, row: Row) -> "tuple[tuple[Write, Row], ...]":
        """Return the writes that carry it out, in their order, each with the row it acts on.

        The row of a write is as the entity sees it in which the write is carried out.
        """


class Write(Action):
    """An action that is one call to Zuora; the journal records it by its id.

    Attributes:
        directions: as seen by the ends that can carry it out, the preferred one first.
        idempotent: whether it is sent with an Idempotency-Key, so that Zuora carries out
            a repeated request with the same key once (contract E3).
    """

    directions: ClassVar[tuple[Direction, ...]]
    idempotent: ClassVar[bool] = False

    def list_writes(self, row: Row) -> "tuple[tuple[Write, Row], ...]":
        return ((self, row),)

    @abstractmethod
    async def send(
        self, zuora: ZuoraApi, row: Row, key: str, track_id: str, may_repeat: MayRepeat
    ) -> Receipt:
        """Send the action to Zuora; one that is idempotent with `key` as Idempotency-Key.

        Any other is sent again only if `may_repeat` allows it (see `ZuoraApi`).

        Raises:
            ZuoraError: Zuora refused, or its answer is missing or invalid.
        """

    @abstractmethod
    def is_applied(self, status: str | None, *, new_record: bool, complete: bool) -> bool:
        """Return whether a list proves that the action was applied.

        Args:
            status: the status that the list shows for the connection, None for no record.
            new_record: whether the list holds a record of the pair that was not there before.
            complete: whether the list is whole: only then an absent record is gone.
        """

    def describe_applied(self, row: Row, status: str | None) -> str:
        """Return a sentence about an action that was applied; `status` as in `is_applied`."""
        return f"{row.pair} is {status or 'gone from the list'}."


def unreadable_reason(row: Row, claim: str, brief: str = "") -> DisabledReason:
    """Return that the list, which is not whole, does not prove a claim about the pair."""
    return DisabledReason(
        f"It is not known whether {row.pair} {claim}: {row.missing}",
        "Read the list again; if it lasts, look at the connection in Zuora.",
        brief,
    )


def entity_hint(entity: Entity) -> str:
    """Return how the user can act as an entity, in a sentence."""
    if entity.accessible and entity.listed:
        return f"Press g to act as {entity.title}."
    return f"You have no access to {entity.title}: ask one of its administrators."


def entity_reason(entity: Entity) -> DisabledReason | None:
    """Return why the user can neither act as an entity nor share to it, or None."""
    if not entity.listed:
        return DisabledReason(
            f"{entity.title} is not among the entities that Zuora shows you.",
            "It was deleted, or is hidden from you.",
            "not in the list",
        )
    if not entity.provisioned:
        return DisabledReason(
            f"{entity.title} is not provisioned yet.",
            "A global administrator provisions it in Manage Entity Hierarchy.",
            "not provisioned",
        )
    if not entity.accessible:
        return DisabledReason(
            f"You have no access to {entity.title}.",
            f"An administrator of {entity.title} grants access in Manage Users.",
            "no access",
        )
    return None
