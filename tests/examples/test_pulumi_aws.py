"""The example beside pulumi-aws, under Pulumi's mocks: what is declared, and in which order it goes."""

from __future__ import annotations

import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi.runtime import mocks, settings

EXAMPLE = Path(__file__).parents[2] / "examples" / "pulumi-aws" / "__main__.py"
ARN = "arn:aws:iam::111122223333:mfa/deployer-token"


class Aws(pulumi.runtime.Mocks):
    """pulumi-aws as far as the example needs it."""

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        """Every resource exists at once; the virtual device has an ARN."""
        device = args.typ == "aws:iam/virtualMfaDevice:VirtualMfaDevice"
        made = {"arn": ARN, "base32StringSeed": "A" * 32} if device else {}
        return f"{args.name}-id", {**args.inputs, **made}

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        """Nothing is invoked."""
        return {}, None


class Recorder(mocks.MockMonitor):
    """Remembers each registration, dependencies included, which mocks alone do not see."""

    def __init__(self) -> None:
        super().__init__(Aws())
        self.registered: dict[str, Any] = {}

    def RegisterResource(self, request: Any) -> Any:
        """Record and go on."""
        self.registered[request.name] = request
        return super().RegisterResource(request)  # type: ignore[no-untyped-call]


@pytest.fixture
def registered() -> Iterator[dict[str, Any]]:
    """The registrations of the example's program by resource name."""
    recorder = Recorder()
    mocks.set_mocks(Aws(), preview=False, monitor=recorder)
    _run_example()
    yield recorder.registered
    settings.reset_options()


@pulumi.runtime.test  # type: ignore[untyped-decorator]
def _run_example() -> None:
    runpy.run_path(str(EXAMPLE))


def test_the_association_ties_the_user_to_the_device(registered: dict[str, Any]) -> None:
    inputs = registered["mfa/deployer-token"].object
    assert (inputs["user_name"], inputs["serial_number"]) == ("deployer", ARN)


def test_the_association_goes_before_its_device_and_its_user(registered: dict[str, Any]) -> None:
    needed = {urn.rpartition("::")[2] for urn in registered["mfa/deployer-token"].dependencies}
    assert needed == {"deployer", "deployer-token"}
    assert not any(request.dependencies for name, request in registered.items() if name.startswith("deployer"))
