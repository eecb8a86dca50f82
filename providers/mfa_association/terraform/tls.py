"""Verified mutual TLS as go-plugin's AutoMTLS has it: each side shows the other one certificate, and trusts no other."""

from __future__ import annotations

import base64
import os
import ssl
from pathlib import Path

from mfa_association.errors import MfaError
from mfa_association.terraform.certificate import self_signed


class BadCertificate(MfaError):
    """The engine's certificate cannot be read, for example because you started the provider by hand."""

    def __init__(self, cause: str) -> None:
        super().__init__(
            f"reading the engine's certificate (PLUGIN_CLIENT_CERT): {cause}; the provider was not started, "
            "start it through Terraform or OpenTofu"
        )


def server_context(client_certificate: str, folder: Path) -> tuple[ssl.SSLContext, str]:
    """A context that takes this client alone, and our certificate for the handshake (DER in base64, no padding).

    The key lives as long as the process; Python's ssl wants it in a file, which is in ``folder`` for a moment.
    Raises ``BadCertificate``.
    """
    certificate, pem = self_signed()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_REQUIRED
    context.set_alpn_protocols(["h2"])
    try:
        context.load_verify_locations(cadata=client_certificate)
    except (ssl.SSLError, ValueError) as fault:
        raise BadCertificate(str(fault)) from None
    _load(context, pem, folder / "key.pem")
    return context, base64.b64encode(certificate).decode().rstrip("=")


def _load(context: ssl.SSLContext, pem: bytes, path: Path) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
    try:
        context.load_cert_chain(path)
    finally:
        path.unlink()
