"""The certificate authorities that prove who a server is."""

import os
import ssl

import httpx

from entity_connections.domain import errors
from entity_connections.domain.text import clean


def create_ssl_context() -> ssl.SSLContext:
    """Create the context that checks certificates; blocks for longer than a call takes.

    Raises:
        CertificateError: the authorities that the environment names cannot be read.
    """
    try:
        return httpx.create_ssl_context()
    except OSError:  # ssl.SSLError is an OSError
        path = clean(os.environ.get("SSL_CERT_FILE", ""))
    raise errors.CertificateError(
        f"SSL_CERT_FILE names {path}, which cannot be read as a file of authorities in PEM."
        if path
        else "The authorities of this machine cannot be read."
    )
