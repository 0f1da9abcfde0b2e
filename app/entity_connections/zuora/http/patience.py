"""How long the adapter waits for Zuora and how often it tries (contract F4, G)."""

import random
from collections.abc import Callable
from typing import NamedTuple


class Patience(NamedTuple):
    """The numbers of waiting; all times in seconds.

    Attributes:
        attempts: tries of one call, the first included; Zuora advises at most five.
        knocks: tries while nobody answers at all. A network that is away stays so
            for longer, and the screen comes back by itself.
        first_pause: the longest pause after the first try; it doubles with each.
        longest_pause: what the doubling ends at.
        longest_wait: the longest pause that Zuora may ask for; a longer one is given up at once.
        total: from a call to the beginning of its last try, whatever that has to wait
            for. What it then takes to connect is left of the time in which a write
            counts as being sent (`entity_connections.services.storage.journal_entry.SENDING`).
        connect: for a connection to come about.
        read: between two pieces of an answer.
        write: for a piece of a request to leave.
        exchange: from a request to the last byte of its answer. Zuora's own
            gateway gives up after 120.
        at_once: calls under way at the same time; Zuora allows 40 in an entity.
        largest: bytes of an answer when decompressed. A page of 300 connections has 60,000.
        chance: a random number from 0 to 1.
    """

    attempts: int = 5
    knocks: int = 3
    first_pause: float = 1.0
    longest_pause: float = 60.0
    longest_wait: float = 120.0
    total: float = 150.0
    connect: float = 10.0
    read: float = 60.0
    write: float = 30.0
    exchange: float = 130.0
    at_once: int = 8
    largest: int = 4_000_000
    chance: Callable[[], float] = random.random

    def pause(self, tries: int, asked: float | None) -> float:
        """Return how long to wait after so many tries: full jitter, never less than asked."""
        jitter = self.chance() * min(self.longest_pause, self.first_pause * 2.0 ** (tries - 1))
        return max(jitter, asked or 0.0)
