"""Whether writes are allowed: production starts read-only and is unlocked on purpose."""

from entity_connections.domain.errors import ReadOnlyError


class WriteLock:
    """The lock of one running program; unlocking is not remembered.

    Args:
        locked: whether writes are refused at the start.
        permanent: whether it cannot be unlocked (`read_only` in a profile).
    """

    def __init__(self, *, locked: bool = False, permanent: bool = False) -> None:
        self.locked = locked or permanent
        self.permanent = permanent

    @property
    def refusal(self) -> str:
        """What rows say in place of their actions, "" while writes are allowed."""
        return "read-only" if self.permanent else "locked" if self.locked else ""

    def unlock(self) -> None:
        """Allow writes until the program ends; a permanent lock stays locked."""
        self.locked = self.permanent

    def lock(self) -> None:
        """Refuse writes again."""
        self.locked = True

    def check(self) -> None:
        """Let a write pass.

        Raises:
            ReadOnlyError: writes are refused; nothing is to be sent.
        """
        if self.locked:
            raise ReadOnlyError(
                "This profile is read-only." if self.permanent else "Writes are locked."
            )
