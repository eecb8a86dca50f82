"""How long the Terraform provider takes from its start to the handshake, and how much memory it then has."""

from __future__ import annotations

import datetime
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mfa_association.terraform.serve import COOKIE

from .processes import Failed

ROUNDS = 15


@dataclass(frozen=True)
class Start:
    """Milliseconds to the handshake, MB of resident memory at it."""

    milliseconds: float
    memory: float


def starts(program: Path, env: Mapping[str, str], rounds: int = ROUNDS) -> list[Start]:
    """Start the provider so often, as an engine does. Raises ``Failed``."""
    asked = {**env, COOKIE[0]: COOKIE[1], "PLUGIN_CLIENT_CERT": _certificate()}
    return [_start(program, asked) for _ in range(rounds)]


def _start(program: Path, env: Mapping[str, str]) -> Start:
    began = time.perf_counter()
    with subprocess.Popen([program], env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout
        line = process.stdout.readline()
        took = time.perf_counter() - began
        memory = _resident(process.pid)
        process.send_signal(signal.SIGTERM)
    if not line.startswith("1|6|"):
        raise Failed(f"the provider did not shake hands: {line.strip() or 'it said nothing'}")
    return Start(took * 1000, memory)


def _resident(pid: int) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _certificate() -> str:
    """A client certificate of the kind that engines make: P-521."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP521R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA512())
    )
    return made.public_bytes(serialization.Encoding.PEM).decode()
