"""When a call is sent again, after which delay, and until when (contract E3, F4, G)."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from enum import Enum, auto
from math import ceil
from typing import NamedTuple, TypeVar

from entity_connections.domain import errors
from entity_connections.domain.clock import wall_time
from entity_connections.domain.errors import ZuoraError
from entity_connections.domain.zuora_api import MayRepeat
from entity_connections.services.request_log import RetryDelay

T = TypeVar("T")

_TEMPORARY = (errors.RateLimited, errors.ServerError)


class RetryPolicy(NamedTuple):
    """How often and how long a call is retried. All times in seconds.

    Attributes:
        attempts: of one call, the first included; Zuora advises at most five.
        connect_attempts: attempts while the server cannot be reached or breaks the connection.
            Fewer, because a network that is down stays down for longer than the delays.
        max_silence: after an attempt that waited longer for an answer in vain there is no other.
        first_delay: the most after the first attempt; doubles each time, up to `max_delay`.
        total: time from the start of a call to the start of its last attempt, all
            waiting included. Connecting comes on top; both must fit into the time in which
            a write counts as being sent (`journal_entry.SENDING`).
        jitter: returns a random number from 0 to 1.
    """

    attempts: int = 5
    connect_attempts: int = 3
    max_silence: float = 10.0
    first_delay: float = 1.0
    max_delay: float = 60.0
    total: float = 150.0
    jitter: Callable[[], float] = random.random

    def delay(self, attempt: int, retry_after: float | None) -> float:
        """Compute the delay after an attempt: full jitter, but at least `retry_after`."""
        backoff = min(self.max_delay, self.first_delay * 2.0 ** (attempt - 1))
        return max(self.jitter() * backoff, retry_after or 0.0)


class RetrySafety(Enum):
    """Why a call may be sent again."""

    READ = auto()
    """It changes nothing."""
    IDEMPOTENT = auto()
    """It carries an Idempotency-Key: Zuora recognizes the same request."""
    UNSAFE = auto()
    """It may only be sent again if it certainly was not carried out."""

    def allows(self, error: ZuoraError) -> bool:
        """Decide whether a call that ended in `error` may be sent again, and that may help."""
        if isinstance(error, errors.Unreachable):
            return not isinstance(error, errors.CertificateError | errors.ProxyRefusal)
        if self is RetrySafety.UNSAFE:
            # Only Zuora's own JSON says that the call was not processed.
            unprocessed = not error.maybe_applied
            return unprocessed and (isinstance(error, errors.RateLimited) or error.is_temporary)
        temporary = isinstance(error, (*_TEMPORARY, errors.NoResponse)) or (
            isinstance(error, errors.WebPage) and error.may_pass
        )
        if self is RetrySafety.READ:
            return temporary
        repeatable = temporary or isinstance(error, errors.Conflict)
        return repeatable and not error.needs_new_key


class Deadline:
    """The time until which a call may be sent; `at` is that time on asyncio's clock.

    It is measured on two clocks: asyncio's may stop while the machine sleeps, and the
    system clock may be set. The deadline has passed when either says so.
    """

    def __init__(self, seconds: float) -> None:
        self.at = asyncio.get_running_loop().time() + seconds
        self._wall_time = wall_time() + seconds

    def check(self) -> None:
        """Raise a ZuoraError if the deadline has passed; the call was not sent."""
        if asyncio.get_running_loop().time() > self.at or wall_time() > self._wall_time:
            raise _deadline_error()

    @contextlib.asynccontextmanager
    async def limit_wait(self) -> AsyncIterator[None]:
        """Cancel the block at the deadline, and raise as `check` does."""
        try:
            async with asyncio.timeout_at(self.at):
                yield
        except TimeoutError:
            raise _deadline_error() from None


async def retry(
    attempt: Callable[[int], Awaitable[T]],
    safety: RetrySafety,
    policy: RetryPolicy,
    deadline: Deadline,
    wait: Callable[[RetryDelay], Awaitable[bool]],
    may_repeat: MayRepeat | None = None,
) -> T:
    """Repeat an attempt until it succeeds, cannot succeed, or the time is over.

    `attempt` gets its number, from 1. `wait` waits for each delay, and returns False if the user
    cancels it. The error of the last attempt is raised; if any attempt of a write may have been
    applied, it says so, whatever the last response was. It is the cause of a cancellation that
    comes during a delay. An UNSAFE call that got an answer is repeated only if `may_repeat`, which
    is asked after the delay, allows it.
    """
    now = asyncio.get_running_loop().time
    maybe_applied = was_checked = False
    number = 0
    while True:
        number += 1
        started = now()
        try:
            return await attempt(number)
        except ZuoraError as error:
            # After a check, a refusal may be the echo of an effect that the list did not show yet.
            is_echo = was_checked and isinstance(error, errors.Refused | errors.NotFound)
            maybe_applied |= error.maybe_applied or is_echo
            if maybe_applied and safety is not RetrySafety.READ:
                error.maybe_applied, error.needs_new_key = True, False
            silent = isinstance(error, errors.Unreachable | errors.NoResponse)
            attempts = policy.connect_attempts if silent else policy.attempts
            needs_check = safety is RetrySafety.UNSAFE and not isinstance(error, errors.Unreachable)
            check = may_repeat if needs_check else None
            repeatable = safety.allows(error) and not error.retries_exhausted
            repeatable &= check is not None or not needs_check
            error.retries_exhausted = True
            took_long = silent and now() - started > policy.max_silence
            if not repeatable or number >= attempts or took_long:
                raise
            until = now() + policy.delay(number, error.retry_after)
            if until > deadline.at:
                if error.retry_after:
                    error.sentence += f" Zuora asks to wait {error.retry_after:,.0f} s first."
                raise
            limited = isinstance(error, errors.RateLimited)
            reason = "rate limited" if limited else error.title
            delay = RetryDelay(reason, until, limited=limited)
            try:
                waited = await wait(delay)
                if waited and (check is None or await check()):
                    was_checked |= check is not None
                    continue
            except asyncio.CancelledError as cancelled:
                raise cancelled from error
            if not waited:
                _tell_that_user_gave_up(error, until - now())
            raise


def _tell_that_user_gave_up(error: ZuoraError, seconds: float) -> None:
    """Let an error say that the user did not wait the seconds until the next try."""
    error.gave_up = True
    if isinstance(error, errors.RateLimited) and error.retry_after:
        error.sentence = f"Zuora allows no more calls for {ceil(seconds)} s."
    error.sentence = f"You gave up waiting. {error.sentence}"


def _deadline_error() -> ZuoraError:
    return ZuoraError("It took too long until it could be sent, so this try was not sent.")
