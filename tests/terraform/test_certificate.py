"""The certificate that is written by hand, read by those who know better."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from mfa_association.terraform import certificate
from mfa_association.terraform.certificate import self_signed

LOCALHOST = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])


class Row(NamedTuple):
    reason: str
    told: Callable[[x509.Certificate], object]
    expected: object


ROWS = (
    Row("extensions need it", lambda made: made.version, x509.Version.v3),
    Row("it signs itself", lambda made: (made.subject, made.issuer), (LOCALHOST, LOCALHOST)),
    Row("what both sides know", lambda made: type(made.signature_hash_algorithm), SHA256),
    Row("Go looks for the name here", lambda made: _extension(made, x509.SubjectAlternativeName).get_values_for_type(x509.DNSName), ["localhost"]),
    Row("the client trusts it as a root", lambda made: _extension(made, x509.BasicConstraints).ca, True),
    Row("who does not know what a root is refuses", lambda made: [one.critical for one in made.extensions], [False, True]),
    Row("RFC 5280: at most 20 octets, positive", lambda made: 2**119 < made.serial_number < 2**128, True),
    Row("a clock that is a little behind", lambda made: _is_about(made.not_valid_before_utc, -timedelta(minutes=1)), True),
    Row("the longest run", lambda made: _is_about(made.not_valid_after_utc, timedelta(days=365)), True),
)  # fmt: skip


def _extension(made: x509.Certificate, kind: Any) -> Any:
    return made.extensions.get_extension_for_class(kind).value


def _is_about(moment: datetime, away: timedelta) -> bool:
    return abs(moment - datetime.now(timezone.utc) - away) < timedelta(minutes=1)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.reason)
def test_what_it_says(row: Row) -> None:
    assert row.told(x509.load_der_x509_certificate(self_signed()[0])) == row.expected


@pytest.mark.long
def test_any_key_and_signature_is_written_right(tmp_path: Path) -> None:
    """Their numbers are of any length: one in 128 has a zero in front."""
    for _ in range(400):
        der, pem = self_signed()
        made, key = x509.load_der_x509_certificate(der), load_pem_private_key(pem, None)
        made.verify_directly_issued_by(made)
        assert isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1)
        assert key.public_key() == made.public_key()
    (tmp_path / "both.pem").write_bytes(pem)
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(tmp_path / "both.pem")


def test_no_two_are_alike() -> None:
    made = [x509.load_der_x509_certificate(self_signed()[0]) for _ in range(3)]
    keys = {one.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) for one in made}
    assert len({one.serial_number for one in made}) == len(keys) == 3


@pytest.mark.parametrize(
    "size, head",
    [(0, "0400"), (127, "047f"), (128, "048180"), (255, "0481ff"), (256, "04820100"), (65_536, "0483010000")],
)
def test_lengths_as_der_has_them(size: int, head: str) -> None:
    assert certificate._der(0x04, b"x" * size) == bytes.fromhex(head) + b"x" * size
