"""What a call that got no answer means: whether it can have been sent, in the error tree."""

import ssl

import httpx

from entity_connections.domain import errors
from entity_connections.domain.text import clean


def failure(error: httpx.HTTPError) -> errors.ZuoraError:
    """Say what a failed call means; httpx's own words may hold addresses and are left out.

    Only what fails before there is a connection counts as not sent. A connection
    that was kept open and breaks may have carried the request.
    """
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
        return _unreachable(error)
    if isinstance(error, httpx.TimeoutException):
        return errors.NoResponse("Zuora did not answer in time.")
    return errors.NoResponse("The connection to Zuora broke before the answer was whole.")


def _unreachable(error: BaseException) -> errors.Unreachable:
    if isinstance(error, httpx.TimeoutException):
        return errors.Unreachable("No connection to Zuora came about in time.")
    cause: BaseException | None = error
    for _ in range(8):
        if isinstance(cause, ssl.SSLCertVerificationError):
            why = clean(cause.verify_message or "it does not fit", 120)
            return errors.CertificateError(f"The server's certificate is not trusted: {why}.")
        if isinstance(cause, ssl.SSLError):
            return errors.CertificateError("The server does not speak TLS as it should.")
        cause = (cause.__cause__ or cause.__context__) if cause else None
    return errors.Unreachable("No connection to Zuora came about.")
