"""Trying again: what may be, after which pause, and when to give up (contract E3, F4, G)."""

import asyncio
from collections.abc import Awaitable, Callable
from enum import Enum, auto
from typing import TypeVar

from entity_connections.domain import errors
from entity_connections.domain.errors import ZuoraError
from entity_connections.services.request_log import RequestLog, RetryDelay
from entity_connections.zuora.http.deadline import Deadline
from entity_connections.zuora.http.patience import Patience

Done = TypeVar("Done")


class Repeat(Enum):
    """What makes a call safe to send again."""

    READ = auto()
    """It changes nothing."""
    KEY = auto()
    """Zuora knows it by its Idempotency-Key."""
    NEVER = auto()
    """Nothing: only what was certainly not carried out is sent again."""

    def allows(self, error: ZuoraError) -> bool:
        """Whether a call that ended in `error` may be sent again, and it may help."""
        if isinstance(error, errors.CertificateError):
            return False
        if isinstance(error, errors.Unreachable):
            return True
        temporary = isinstance(error, errors.RateLimited | errors.ServerError)
        match self:
            case Repeat.READ:
                return temporary or isinstance(error, errors.NoResponse)
            case Repeat.KEY:  # what Zuora has stated, it would state again for the same key
                lost = isinstance(error, errors.NoResponse | errors.Conflict)
                return not error.stated and (temporary or lost)
            case Repeat.NEVER:  # "busy" was not carried out; nor was a stated temporary error
                passing = all(one.code[-2:] in ("50", "61", "70") for one in error.reasons)
                trouble = isinstance(error, errors.ServerError) and error.stated
                return isinstance(error, errors.RateLimited) or (trouble and passing)


async def persist(
    attempt: Callable[[int], Awaitable[Done]],
    repeat: Repeat,
    traffic: RequestLog,
    patience: Patience,
    deadline: Deadline,
    may_go_on: Callable[[], bool] = lambda: True,
) -> Done:
    """Try until it works, it cannot help, time is up, or somebody gives up.

    Args:
        attempt: one try, told its number from 1.
        repeat: whether the same call may be sent again.
        traffic: where each pause is shown and can be given up.
        patience: how often and how long.
        deadline: until when a try may begin.
        may_go_on: asked after each pause.

    Raises:
        ZuoraError: the last try's. Its outcome is unknown if that of any try is.
    """
    clock = asyncio.get_running_loop().time
    doubtful = False
    tries = 0
    while True:
        tries += 1
        try:
            return await attempt(tries)
        except ZuoraError as error:
            doubtful |= not error.outcome_known
            if doubtful and repeat is not Repeat.READ:
                error.put_in_doubt()
            silent = isinstance(error, errors.Unreachable | errors.NoResponse)
            most = patience.knocks if silent else patience.attempts
            asked = error.retry_after
            until = clock() + patience.pause(tries, asked)
            again = repeat.allows(error) and not error.spent
            if again and asked is not None and asked > patience.longest_wait:
                error.add(f"Zuora asks to wait {_told(asked)} first.")
                again = False
            error.spent = True
            if not again or tries >= most or until > deadline.at:
                raise
            if not await traffic.wait(RetryDelay(_reason(error), until)) or not may_go_on():
                raise


def _reason(error: ZuoraError) -> str:
    match error:
        case errors.RateLimited(stated=False):
            return "rate limited"
        case errors.RateLimited():
            return "Zuora is busy"
        case errors.Unreachable():
            return "no connection"
        case errors.NoResponse():
            return "no answer"
        case errors.Conflict():
            return "Zuora is still at work on it"
        case _:
            return "Zuora has trouble"


def _told(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 600 else f"{seconds / 60:.0f} min"
