"""Converts errors of httpx into the errors of the domain."""

import ssl

import httpx

from entity_connections.domain import errors
from entity_connections.domain.text import clean

_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


def convert_httpx_error(error: httpx.HTTPError) -> errors.ZuoraError:
    """Create the domain's error for a request that got no response.

    Only an error before there is a connection means "not sent": a kept connection that
    breaks may have carried the request. The messages of httpx may hold addresses and are
    left out.
    """
    if isinstance(error, httpx.DecodingError):
        return errors.InvalidResponse("The answer's compression is broken.")
    if isinstance(error, _NOT_SENT):
        return _convert_connect_error(error)
    if isinstance(error, httpx.TimeoutException):
        return errors.NoResponse("Zuora did not answer in time.")
    return errors.NoResponse("The connection to Zuora broke before the answer was whole.")


def _convert_connect_error(error: httpx.HTTPError) -> errors.Unreachable:
    if isinstance(error, httpx.TimeoutException):
        return errors.Unreachable("No connection to Zuora came about in time.")
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return errors.CertificateError(describe_certificate_error(cause))
        if isinstance(cause, ssl.SSLError):
            return errors.CertificateError("The server does not speak TLS as it should.")
        cause = cause.__cause__ or cause.__context__
    return errors.Unreachable("No connection to Zuora came about.")


def describe_certificate_error(error: ssl.SSLCertVerificationError) -> str:
    """Say in a sentence why a certificate is not trusted."""
    reason = clean(error.verify_message or "it does not fit", 120)
    return f"The server's certificate is not trusted: {reason}."
