"""What can go wrong between us and Zuora: a small tree (contract F).

Each error can speak for itself on any front end: a title, Zuora's or our
sentence, a hint that says what to do, the codes, and the request id to quote to
Zuora Support. Its texts are already clean.
"""

from enum import Enum
from typing import ClassVar, NamedTuple


class Applied(Enum):
    """Whether a write has taken effect in Zuora."""

    NO = "no"
    YES = "yes"
    MAYBE = "maybe"


class Reason(NamedTuple):
    """One reason of a refusal: Zuora's code (digits) and sentence."""

    code: str
    message: str


class ZuoraError(Exception):
    """A call that did not do what was asked.

    Attributes:
        sentence: what happened, in one sentence.
        reasons: Zuora's own reasons, possibly none.
        request_id: `Zuora-Request-Id` of the answer, or "".
        retry_after: seconds to wait before the next try, as Zuora says, or None.
        stated: whether Zuora itself answered that it failed (`success: false` below
            HTTP 500, and neither 409 nor 429). That answer belongs to its
            Idempotency-Key for good: only a new key can change it (contract E3).
        doubtful: whether an earlier try of the same write may have happened,
            whatever the last one says.
        spent: whether trying again has been tried.
    """

    title: ClassVar[str] = "Zuora could not be asked"
    hint: ClassVar[str] = "Try again."
    is_refusal: ClassVar[bool] = False
    """Whether Zuora, or the lock, refused this one call; another call may succeed."""
    conclusive: ClassVar[bool] = True
    """False when it does not tell whether a write happened, unless Zuora stated it."""

    def __init__(
        self,
        sentence: str,
        reasons: tuple[Reason, ...] = (),
        request_id: str = "",
        retry_after: float | None = None,
        *,
        stated: bool = False,
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.reasons = reasons
        self.request_id = request_id
        self.retry_after = retry_after
        self.stated = stated
        self.doubtful = self.spent = False

    @property
    def outcome_known(self) -> bool:
        """False when a write may have happened all the same."""
        return not self.doubtful and (self.stated or self.conclusive)

    @property
    def applied(self) -> Applied:
        """Whether the write that ended in this error took effect: NO or MAYBE."""
        return Applied.NO if self.outcome_known else Applied.MAYBE

    @property
    def needs_new_key(self) -> bool:
        """Whether Zuora bound the refusal to the Idempotency-Key of the call (contract E3)."""
        return self.stated

    def add(self, sentence: str) -> None:
        """Say one thing more."""
        self.sentence = f"{self.sentence} {sentence}"
        self.args = (self.sentence,)

    def put_in_doubt(self) -> None:
        """Remember that an earlier try of the same write may have happened."""
        self.doubtful, self.stated = True, False

    @property
    def codes(self) -> str:
        """Zuora's codes, comma-separated, or ""."""
        return ", ".join(reason.code for reason in self.reasons)


class ReadOnlyError(ZuoraError):
    """Writes are locked, so nothing was sent."""

    title = "Read-only"
    hint = "Unlock writes on purpose first; a profile with read_only stays as it is."
    is_refusal = True


class Unreachable(ZuoraError):
    """No connection came about, so nothing was sent."""

    title = "Zuora cannot be reached"
    hint = "Check the network and the address, then try again."


class CertificateError(Unreachable):
    """Somebody answered who could not prove to be the server; nothing was sent."""

    title = "Zuora's certificate is not trusted"
    hint = "Check the address and this machine's clock; SSL_CERT_FILE may name your company's CA."


class NoResponse(ZuoraError):
    """The request left and no whole answer came back: its outcome is unknown."""

    title = "No answer from Zuora"
    hint = "Try again in a moment; after a write, the list tells what happened."
    conclusive = False


class Conflict(ZuoraError):
    """HTTP 409: the same request is or was under way; its outcome is unknown (contract E3)."""

    title = "Zuora is still at work on it"
    hint = "Try again in a moment; after a write, the list tells what happened."
    conclusive = False


class TokenUnavailable(ZuoraError):
    """No token could be got for a reason that may pass, so nothing was sent."""

    title = "Zuora gave no token"
    hint = "Try again in a moment; if it stays, check the address and the network."


class InvalidResponse(ZuoraError):
    """An answer came that is not what Zuora documents: the outcome is unknown."""

    title = "Zuora's answer makes no sense"
    hint = "If it stays, something between here and Zuora changes the answers."
    conclusive = False


class ServerError(ZuoraError):
    """5xx, or Zuora's categories 60, 61 and 99: the outcome is unknown unless stated."""

    title = "Zuora has trouble"
    hint = "Try again in a moment; if it stays, quote the request id to Zuora Support."
    conclusive = False


class RateLimited(ZuoraError):
    """A rate or concurrency limit, or locking contention; the call was not processed."""

    title = "Zuora is busy"
    hint = "Too many calls at once in this tenant: wait a little, then try again."


class Unauthenticated(ZuoraError):
    """The credentials were refused, even with a new token."""

    title = "Zuora does not accept the credentials"
    hint = "Check client id, secret and address: they belong together."


class Forbidden(ZuoraError):
    """Zuora's category 10, or HTTP 403: this user may not do this here."""

    title = "Not permitted"
    hint = "Ask an administrator of the entity to do it, or to give you the role."
    is_refusal = True


class NotFound(ZuoraError):
    """Zuora's category 40, or HTTP 404: it is not there, or not any more."""

    title = "Not found"
    hint = "Read the list again: somebody may have changed it."
    is_refusal = True


class Refused(ZuoraError):
    """Zuora refused for a reason of its business rules or of the input."""

    title = "Zuora refused"
    hint = "Read the list again and look at what the connection has become."
    is_refusal = True
