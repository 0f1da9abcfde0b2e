"""Whether writes are allowed: production starts read-only and is unlocked on purpose."""

from app.domain.errors import Locked


class Lock:
    """The lock of one running program; nothing remembers that it was opened.

    Args:
        locked: whether writes are refused at the start.
        for_good: whether nothing in the program may open it (`read_only` in a profile).
    """

    def __init__(self, *, locked: bool = False, for_good: bool = False) -> None:
        self.locked = locked or for_good
        self.for_good = for_good

    def unlock(self) -> None:
        """Allow writes until the program ends; a lock that holds for good stays."""
        self.locked = self.for_good

    def lock(self) -> None:
        """Refuse writes again."""
        self.locked = True

    def check(self) -> None:
        """Let a write pass.

        Raises:
            Locked: writes are refused; nothing is to be sent.
        """
        if self.locked:
            raise Locked("This profile is read-only." if self.for_good else "Writes are locked.")
