"""The certificate authorities that prove who a server is."""

import os
import ssl

import httpx

from entity_connections.domain import errors
from entity_connections.domain.text import clean


def create_ssl_context() -> ssl.SSLContext:
    """Create the context that checks certificates; blocks for longer than a call takes."""
    try:
        return httpx.create_ssl_context()
    except OSError:  # ssl.SSLError is an OSError
        path = clean(os.environ.get("SSL_CERT_FILE", "no file"))
        sentence = f"The certificate authorities cannot be read; SSL_CERT_FILE names {path}."
        raise errors.CertificateError(sentence) from None


def describe_tls_error(error: OSError) -> str:
    """Return a sentence about why no TLS connection was made."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"The server's certificate is not trusted: {clean(error.verify_message, 120)}."
    return "The server does not speak TLS as it should."
