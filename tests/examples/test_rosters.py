"""The examples that are a roster: what they declare, and that the provider takes it."""

from __future__ import annotations

import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pulumi.runtime import settings

from mfa_association.pulumi.provider import Provider
from tests.pulumi.engine import declared_by
from tests.support.yaml_files import read_yaml

EXAMPLES = Path(__file__).parents[2] / "examples"
DECLARED = {
    "root-of-member-accounts": {
        "mfa/root-phone": ("222233334444", "arn:aws:iam::222233334444:mfa/root-phone"),
        "GAHT12345678": ("222233334444", "GAHT12345678"),
        "u2f/root/yubikey-EXAMPLE": ("333344445555", "arn:aws:iam::333344445555:u2f/root/yubikey-EXAMPLE"),
    },
    "hardware-tokens": {"GAHT12345678": ("alice", "GAHT12345678"), "GAKT00000042": ("bob", "GAKT00000042")},
}


@pytest.fixture(params=DECLARED)
def example(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.chdir(EXAMPLES / request.param)
    yield request.param
    settings.reset_options()


def declared() -> dict[str, dict[str, Any]]:
    """The inputs of the example's resources by name."""
    return {one.name: dict(one.inputs) for one in declared_by(lambda: runpy.run_path("__main__.py"))}


def test_what_is_declared_and_taken(example: str) -> None:
    found = declared()
    holders = {
        name: (one.get("root_account_id") or one["user_name"], one["serial_number"]) for name, one in found.items()
    }
    assert holders == DECLARED[example]
    assert not [Provider().check({}, one).failures for one in found.values() if Provider().check({}, one).failures]


def test_the_stacks_configuration_is_one_that_is_read(example: str) -> None:
    from mfa_association.pulumi.config import read

    config = read_yaml(Path("Pulumi.yaml").read_text())["config"]
    assert read(config).fault is None
