"""Whose word is taken for who a server is."""

import os
import ssl

import httpx

from entity_connections.domain import errors
from entity_connections.domain.text import clean


def authorities() -> ssl.SSLContext:
    """Return what checks certificates; blocks for longer than a call takes.

    Raises:
        CertificateError: the authorities that the environment names cannot be read.
    """
    try:
        return httpx.create_ssl_context()
    except OSError:  # an error of TLS is one of these
        name = clean(os.environ.get("SSL_CERT_FILE", ""))
    raise errors.CertificateError(
        f"SSL_CERT_FILE names {name}, which cannot be read as a file of authorities in PEM."
        if name
        else "The authorities of this machine cannot be read."
    )
