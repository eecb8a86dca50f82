"""One certificate that signs itself, as DER (RFC 5280, RFC 5915).

Ours, because cryptography's ``x509``, which can write one, takes 27 ms to load: with it a start of the provider, of
which Terraform makes three for each plan, would take a third longer. Keys and signatures are cryptography's.
Drop ours when that load takes less than 5 ms.
"""

from __future__ import annotations

import os
import ssl
import time
from typing import Final

_MINUTE, _YEAR = 60, 365 * 86_400

_INTEGER, _BITS, _OCTETS, _UTF8, _UTC_TIME, _SEQUENCE, _SET = 0x02, 0x03, 0x04, 0x0C, 0x17, 0x30, 0x31
_VERSION, _PARAMETERS, _EXTENSIONS = 0xA0, 0xA0, 0xA3
_DNS_NAME: Final = 0x82

_P256: Final = bytes.fromhex("06082a8648ce3d030107")
_EC_KEY: Final = bytes.fromhex("06072a8648ce3d0201")
_ECDSA_SHA256: Final = bytes.fromhex("06082a8648ce3d040302")
_COMMON_NAME: Final = bytes.fromhex("0603550403")
_ALTERNATIVE_NAMES: Final = bytes.fromhex("0603551d11")
_BASIC_CONSTRAINTS: Final = bytes.fromhex("0603551d13")
_TRUE: Final = bytes.fromhex("0101ff")


def self_signed() -> tuple[bytes, bytes]:
    """A certificate of a new key (P-256) for ``localhost``: as DER, and as PEM after its key."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.hashes import SHA256

    key = ec.generate_private_key(ec.SECP256R1())
    numbers = key.private_numbers()
    public = numbers.public_numbers
    content = _content(public.x.to_bytes(32, "big") + public.y.to_bytes(32, "big"))
    signature = key.sign(content, ec.ECDSA(SHA256()))
    certificate = _der(_SEQUENCE, content, _der(_SEQUENCE, _ECDSA_SHA256), _der(_BITS, b"\0", signature))
    private = _der(
        _SEQUENCE,
        _der(_INTEGER, b"\1"),
        _der(_OCTETS, numbers.private_value.to_bytes(32, "big")),
        _der(_PARAMETERS, _P256),
    )
    return certificate, _pem(private) + ssl.DER_cert_to_PEM_cert(certificate).encode()


def _content(point: bytes) -> bytes:
    """What is signed."""
    name = _der(_SEQUENCE, _der(_SET, _der(_SEQUENCE, _COMMON_NAME, _der(_UTF8, b"localhost"))))
    now = time.time()
    return _der(
        _SEQUENCE,
        _der(_VERSION, _der(_INTEGER, b"\2")),
        _der(_INTEGER, b"\1" + os.urandom(15)),
        _der(_SEQUENCE, _ECDSA_SHA256),
        name,
        _der(_SEQUENCE, _moment(now - _MINUTE), _moment(now + _YEAR)),
        name,
        _der(_SEQUENCE, _der(_SEQUENCE, _EC_KEY, _P256), _der(_BITS, b"\0\4", point)),
        _der(_EXTENSIONS, _der(_SEQUENCE, *_extensions())),
    )


def _extensions() -> tuple[bytes, bytes]:
    """Go's TLS looks for the name here alone, and takes a root for one only if it says so."""
    names = _der(_SEQUENCE, _der(_DNS_NAME, b"localhost"))
    return (
        _der(_SEQUENCE, _ALTERNATIVE_NAMES, _der(_OCTETS, names)),
        _der(_SEQUENCE, _BASIC_CONSTRAINTS, _TRUE, _der(_OCTETS, _der(_SEQUENCE, _TRUE))),
    )


def _moment(seconds: float) -> bytes:
    """A moment of before 2050, from which on another form is due."""
    return _der(_UTC_TIME, time.strftime("%y%m%d%H%M%SZ", time.gmtime(seconds)).encode())


def _der(tag: int, *parts: bytes) -> bytes:
    """A value with its tag and length."""
    body = b"".join(parts)
    size = len(body)
    if size < 0x80:
        return bytes([tag, size]) + body
    digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(digits)]) + digits + body


def _pem(key: bytes) -> bytes:
    return ssl.DER_cert_to_PEM_cert(key).replace("CERTIFICATE", "EC PRIVATE KEY").encode()
