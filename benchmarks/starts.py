"""How long the Terraform provider takes from its start to the handshake, and how much memory it then has."""

from __future__ import annotations

import os
import signal
import ssl
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mfa_association.terraform.certificate import self_signed
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
    certificate, _ = self_signed()
    asked = {**env, COOKIE[0]: COOKIE[1], "PLUGIN_CLIENT_CERT": ssl.DER_cert_to_PEM_cert(certificate)}
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
