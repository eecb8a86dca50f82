"""The real engine and a sandbox for each test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import engines
import pytest

from mfa_association.sandbox import Sandbox

from .stack import ACCOUNT, ADMIN, Stack

SEED = {
    "accounts": {
        ACCOUNT: {
            "users": {
                "alice": {"password": True, "devices": [{"kind": "virtual", "name": "alice-phone", "held": False}]},
                "bob": {"devices": [{"kind": "hardware", "serial": "GAHT12345678", "held": True}]},
                "carol": {"devices": [{"kind": "fido", "name": "yubikey", "id": "EXAMPLE", "held": True}]},
                "dave": {"devices": [{"kind": "virtual", "name": "dave-phone", "held": True}]},
                "erin": {},
            }
        },
        "999988887777": {"users": {"alice": {}}},
    },
    "keys": {
        ADMIN: {"account": ACCOUNT, "role": "infra"},
        "ASIASANDBOXOTHER0000": {"account": "999988887777", "role": "infra"},
        "ASIASANDBOXEXPIRED00": {"account": ACCOUNT, "role": "infra", "expired": True},
        "ASIASANDBOXDENIED000": {"account": ACCOUNT, "role": "infra", "deny": ["iam:DeactivateMFADevice"]},
        "AKIASANDBOXDAVE00000": {"account": ACCOUNT, "user": "dave"},
    },
}


@pytest.fixture(scope="session", autouse=True)
def engine() -> None:
    """Put the Pulumi CLI on PATH: found, else built; never skipped."""
    os.environ["PATH"] = f"{engines.PULUMI.ensure()}{os.pathsep}{os.environ['PATH']}"


@pytest.fixture
def box() -> Iterator[Sandbox]:
    """A local AWS with alice (phone not yet enabled), bob, carol, dave and erin."""
    with Sandbox(SEED) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home directory that is nobody's."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def new_stack(box: Sandbox, home: Path, tmp_path: Path) -> Callable[[], Stack]:
    """Makes stacks against the same AWS."""

    def make() -> Stack:
        folder = tmp_path / f"project{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        return Stack(folder, home, box.url)

    return make


@pytest.fixture
def stack(new_stack: Callable[[], Stack]) -> Stack:
    """An empty stack."""
    return new_stack()
