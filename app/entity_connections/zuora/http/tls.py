"""The certificate authorities that prove who a server is."""

import os
import re
import ssl
import sys
from pathlib import Path

from entity_connections.domain import errors
from entity_connections.domain.clock import now
from entity_connections.domain.errors import ZuoraError
from entity_connections.domain.text import clean

_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_HASHED_NAME = re.compile(r"[0-9a-f]{8}\.[0-9]+")
"""The file names under which OpenSSL looks for certificates in a folder."""
_CLOCK_PROBLEMS = {9: "is not valid yet", 10: "has expired"}
"""What is wrong with a certificate, by OpenSSL's number of the check that failed."""
_NAME_PROBLEMS = {62, 64}
"""OpenSSL's numbers of the checks that a certificate is for a name, or for an IP address."""


def create_ssl_context() -> ssl.SSLContext:
    """Create the context that checks certificates; blocks for longer than a call takes.

    It trusts the authorities of the system, and besides them those that variables name.

    Raises:
        TlsSetupError: a variable names what cannot be used.
    """
    context = _create_system_context()
    for path, variable in {os.environ.get(name): name for name in _VARIABLES}.items():
        if path:
            _load_authorities(context, variable, path)
    if key_log := os.environ.get("SSLKEYLOGFILE"):
        try:
            context.keylog_filename = key_log
        except OSError as error:
            problem = f"cannot be written: {error.strerror}"
            raise _setup_error("SSLKEYLOGFILE", key_log, problem) from None
    return context


def make_tls_error(error: ssl.SSLError) -> ZuoraError:
    """Create the error for a TLS connection that was not made."""
    if not isinstance(error, ssl.SSLCertVerificationError):
        return errors.Unreachable("The server does not speak TLS as it should.")
    if problem := _CLOCK_PROBLEMS.get(error.verify_code):
        clock = f"this machine's clock, which shows {now():%Y-%m-%d %H:%M} UTC"
        return errors.CertificateOutOfTime(f"The server's certificate {problem} by {clock}.")
    message = clean(error.verify_message, 120).rstrip(".")
    by_name = error.verify_code in _NAME_PROBLEMS
    class_ = errors.CertificateOfAnotherName if by_name else errors.CertificateError
    return class_(f"The server's certificate was refused: {message}.")


def _create_system_context() -> ssl.SSLContext:
    """Create a context that trusts the authorities of the system.

    Not by `ssl.create_default_context`, which refuses authorities of many companies for their
    form from Python 3.13 on.
    """
    places = ssl.get_default_verify_paths()
    file, folder = Path(places.openssl_cafile), Path(places.openssl_capath)
    if sys.platform not in ("darwin", "win32") and (file.exists() or folder.exists()):
        # Not by truststore, which here reads the whole file again for each connection.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(file if file.exists() else None, folder)
        return context
    import truststore

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _load_authorities(context: ssl.SSLContext, variable: str, path: str) -> None:
    """Let a context trust the authorities in a file, or in one or more folders."""
    folders = [Path(folder) for folder in path.split(os.pathsep)]
    try:
        if variable != "SSL_CERT_DIR" and not Path(path).is_dir():
            context.load_verify_locations(path)
            return
        names = [file.name for folder in folders if folder.is_dir() for file in folder.iterdir()]
        context.load_verify_locations(capath=path)
    except ssl.SSLError:
        raise _setup_error(variable, path, "holds no certificate in PEM") from None
    except OSError as error:
        raise _setup_error(variable, path, f"cannot be read: {error.strerror}") from None
    if not any(folder.is_dir() for folder in folders):
        raise _setup_error(variable, path, "is no folder")
    if not any(map(_HASHED_NAME.fullmatch, names)):
        problem = "holds no certificate under a hashed name (openssl rehash makes them)"
        raise _setup_error(variable, path, problem)


def _setup_error(variable: str, path: str, problem: str) -> ZuoraError:
    return errors.TlsSetupError(f"{variable} names {clean(path)}, which {problem}.")
