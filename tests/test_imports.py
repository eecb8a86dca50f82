"""What a start costs: engines start the provider process many times, so it loads nothing before it needs it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

LOADED = (
    "import json, sys; {before}; known = set(sys.modules); {then}; print(json.dumps(sorted(set(sys.modules) - known)))"
)
OWN = "mfa_association"

pytestmark = pytest.mark.long


def _loads(then: str, before: str = "pass") -> set[str]:
    """The packages, less those of Python itself, that a statement loads in a new process."""
    program = LOADED.format(before=before, then=then)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in json.loads(done.stdout)} - sys.stdlib_module_names


@pytest.mark.parametrize(
    "reason, then, before",
    [
        ("the package alone", "import mfa_association", "pass"),
        ("what Pulumi's plugin process unpickles, beside what it loads itself",
         "import mfa_association.pulumi.provider", "import pulumi.dynamic, grpc, dill"),
        ("a configuration without a call",
         "from mfa_association.pulumi.provider import Provider, runtime; runtime.context_of({})",
         "import pulumi.dynamic, grpc, dill"),
    ],
)  # fmt: skip
def test_a_start_loads_this_package_only(reason: str, then: str, before: str) -> None:
    assert _loads(then, before) == {OWN}, reason


def test_the_first_call_loads_boto3() -> None:
    session = "from mfa_association.aws.session import Session; from mfa_association.aws.settings import Settings"
    made = "session = Session(Settings('us-east-1', None, 'key', 'secret'))"
    assert _loads(f"{session}; {made}") == {OWN}
    loaded = _loads("session.reader", f"{session}; {made}")
    assert {"boto3", "botocore"} <= loaded
    assert not loaded & {"moto", "rich", "segno"}
