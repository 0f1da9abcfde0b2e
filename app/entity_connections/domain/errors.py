"""The errors of calls to Zuora: a small tree (contract F). All texts are already cleaned."""

from typing import ClassVar, NamedTuple

_TEMPORARY_CATEGORIES = ("50", "61", "70")
"""Zuora's categories after which the call may be sent again (contract F3, F4)."""


class Reason(NamedTuple):
    """One reason of a refusal: Zuora's code (digits) and sentence."""

    code: str
    message: str


class ZuoraError(Exception):
    """A call that did not do what was asked.

    Attributes:
        sentence: what happened.
        reasons: Zuora's own reasons, possibly none.
        request_id: `Zuora-Request-Id` of the response, or "".
        retry_after: seconds to wait before the next attempt, as Zuora says, or None.
        maybe_applied: whether the write that ended in this error may have taken effect. It is
            False only if nothing was sent, if Zuora's own JSON refuses with a status below
            500, or if JSON refuses the form of the body.
        needs_new_key: whether Zuora stores this refusal under the Idempotency-Key, so
            that only a request with a new key can have another result (contract E3).
        retries_exhausted: whether the adapter has already retried the call that failed.
        gave_up: whether the user did not wait for another try.
    """

    title: ClassVar[str] = "Zuora could not be asked"
    hint: str = "Try again."
    """What to do about it, in a sentence."""
    is_refusal: ClassVar[bool] = False
    """Whether Zuora, or the lock, refused this one call; another call may succeed."""
    is_local: ClassVar[bool] = False
    """Whether it lies in the settings or the files of this machine."""
    may_repeat_unasked: ClassVar[bool] = True
    """Whether the program may ask the same again later, without being told to."""
    maybe_applied: bool = False

    def __init__(
        self,
        sentence: str,
        reasons: tuple[Reason, ...] = (),
        request_id: str = "",
        retry_after: float | None = None,
        *,
        maybe_applied: bool | None = None,
        needs_new_key: bool = False,
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.reasons = reasons
        self.request_id = request_id
        self.retry_after = retry_after
        if maybe_applied is not None:
            self.maybe_applied = maybe_applied
        self.needs_new_key = needs_new_key
        self.retries_exhausted = False
        self.gave_up = False

    def __str__(self) -> str:
        return self.sentence

    @property
    def is_temporary(self) -> bool:
        """Whether Zuora gave reasons, and every one of them may pass (contract F3, F4)."""
        return bool(self.reasons) and all(
            reason.code[-2:] in _TEMPORARY_CATEGORIES for reason in self.reasons
        )

    @property
    def codes(self) -> str:
        """Zuora's codes, comma-separated, or ""."""
        return ", ".join(reason.code for reason in self.reasons)


class ReadOnlyError(ZuoraError):
    """Writes are locked; nothing was sent."""

    title = "Read-only"
    hint = "Unlock writes first; a profile with read_only cannot be unlocked."
    is_refusal = True


class Unreachable(ZuoraError):
    """No connection to Zuora could be opened; nothing was sent."""

    title = "Zuora cannot be reached"
    hint = "Check the network and the address, then try again."


class CertificateError(Unreachable):
    """The server's TLS certificate is not trusted; nothing was sent."""

    title = "Zuora's certificate is not trusted"
    hint = (
        "Check the address and this machine's clock. Your company's CA belongs into the system's "
        "store or the file that SSL_CERT_FILE names; a container may lack ca-certificates."
    )


class CertificateOfAnotherName(CertificateError):
    """The server's certificate is for another name or address."""

    title = "Zuora's certificate is for another name"
    hint = "Check the address, and whether the network or a proxy leads to something else."


class CertificateOutOfTime(CertificateError):
    """The server's certificate is not valid yet, or no longer, by this machine's clock."""

    title = "Zuora's certificate is not valid now"
    hint = "Set the clock if it is wrong; if it is right, the server needs a new certificate."


class TlsSetupError(Unreachable):
    """An environment variable about TLS names what cannot be used; nothing was sent."""

    is_local = True
    title = "TLS cannot be set up"
    hint = "Change the variable, or unset it."


class ProxyError(Unreachable):
    """The proxy cannot be used, or does not reach Zuora; nothing was sent."""

    status: int = 0
    """The HTTP status of the proxy's answer, or 0."""
    hint = "Check the proxy and the address, then try again."


class ProxySetupError(ProxyError):
    """The URL of the proxy cannot be used; nothing was sent."""

    is_local = True
    title = "The proxy cannot be used"
    hint = "Change or remove the URL."


class ProxyRefusal(ProxyError):
    """The proxy refuses the user or the address of Zuora; nothing was sent."""

    title = "The proxy refuses"
    hint = "Check user name and password in its URL; its administrators must allow Zuora."
    may_repeat_unasked = False  # each attempt counts


class NoSecret(ZuoraError):
    """There is no client secret, or the keyring did not give it; nothing was sent."""

    title = "There is no client secret"
    hint = "Give it, then read again with ctrl+r."
    may_repeat_unasked = False  # the keyring may ask the user each time


class LocalTenantError(ZuoraError):
    """The file of a fake tenant on this machine cannot be read or written; nothing was changed."""

    is_local = True
    title = "The tenant's file cannot be used"
    hint = "Nothing was changed. The file is on this machine, not at Zuora."


class NoResponse(ZuoraError):
    """The request was sent, but no complete response arrived."""

    title = "No answer from Zuora"
    hint = "Try again in a moment."
    maybe_applied = True


class Conflict(ZuoraError):
    """HTTP 409: Zuora is or was processing the same request (contract E3)."""

    title = "Zuora is still processing it"
    hint = "Try again in a moment."
    maybe_applied = True


class TokenUnavailable(ZuoraError):
    """Zuora gave no token for a temporary reason; the call itself was not sent."""

    title = "Could not sign in to Zuora"
    hint = "Try again in a moment; if it lasts, check the address and the network."


class InvalidResponse(ZuoraError):
    """The response is not what Zuora documents."""

    title = "Zuora's answer is not valid"
    hint = "If it lasts, something between here and Zuora changes the answers."
    maybe_applied = True


class EndlessList(InvalidResponse):
    """A list has more pages than any tenant can fill, or pages that repeat each other."""

    title = "Zuora's list does not end"
    hint = "It is read again only when you ask for it; if it lasts, tell Zuora Support."
    may_repeat_unasked = False


class WebPage(InvalidResponse):
    """Something that is not Zuora answered: a proxy, a gateway, the sign-in page of a network."""

    title = "Zuora did not answer"
    hint = "Check the address, the proxy, and whether the network wants you to sign in."
    status: int = 0

    @property
    def may_pass(self) -> bool:
        """Whether the status says that another try may help."""
        return self.status in (408, 429) or self.status >= 500

    @property
    def reached_zuora(self) -> bool:
        """Whether the status says that a gateway has sent the request on (RFC 9110, 15.6)."""
        return self.status in (502, 504)


class ServerError(ZuoraError):
    """HTTP 5xx, or one of Zuora's categories 60, 61 and 99."""

    title = "Zuora has trouble"
    hint = "Try again in a moment; if it lasts, tell Zuora Support the time or the request id."
    maybe_applied = True


class RateLimited(ZuoraError):
    """A rate limit, concurrency limit or locking contention."""

    title = "Zuora is busy"
    hint = "Too many calls at once in this tenant: wait a little, then try again."


class Unauthenticated(ZuoraError):
    """HTTP 401, or Zuora's category 11: the credentials or the token are refused.

    A write may have worked all the same: HTTP 401 may come from a server in between.
    """

    title = "Zuora does not accept the credentials"
    hint = "Check client id, secret and address: they belong together."
    may_repeat_unasked = False  # each attempt counts
    maybe_applied = True


class Forbidden(ZuoraError):
    """Zuora's category 10, or HTTP 403: the user lacks a permission."""

    title = "Not permitted"
    hint = "Ask an administrator of the entity to do it, or to give you the role."
    is_refusal = True


class NotFound(ZuoraError):
    """Zuora's category 40, or HTTP 404."""

    title = "Not found"
    hint = "Read the list again: somebody may have changed it."
    is_refusal = True


class Refused(ZuoraError):
    """Zuora refused because of a business rule or of the input."""

    title = "Zuora refused"
    hint = "Read the list again and look at what the connection has become."
    is_refusal = True


class BodyRefused(Refused):
    """The form of the request's body was refused, before anything was carried out."""

    hint = "Nothing was changed. If it lasts, tell Zuora Support the time or the request id."
