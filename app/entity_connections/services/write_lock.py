"""Whether writes are allowed: production starts read-only and is unlocked on purpose."""

from entity_connections.domain.errors import ReadOnlyError


class WriteLock:
    """The lock of one running program; nothing remembers that it was opened.

    Args:
        locked: whether writes are refused at the start.
        permanent: whether nothing in the program may open it (`read_only` in a profile).
    """

    def __init__(self, *, locked: bool = False, permanent: bool = False) -> None:
        self.locked = locked or permanent
        self.permanent = permanent

    def unlock(self) -> None:
        """Allow writes until the program ends; a lock that holds for good stays."""
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
