"""``adopt --terraform`` in an empty folder, then the real engine: it imports everything and changes nothing."""

from __future__ import annotations

import subprocess
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from mfa_association.sandbox import Sandbox
from tests.support.programs import DAVES, KEY, TOKEN
from tests.support.serving import attached_with
from tests.support.stack import ACCOUNT
from tests.support.terraform_project import SCRIPTS, environment

READS = {"GetCallerIdentity", "ListVirtualMFADevices", "ListUsers", "ListMFADevices", "GetAccountSummary", "GetUser"}


@pytest.fixture
def shell(box: Sandbox, home: Path, program: Path, tmp_path: Path) -> Any:
    """Types commands in an empty folder, as somebody would whose environment knows the account."""
    env = {**environment(home), "AWS_ENDPOINT_URL": box.url, "AWS_REGION": "us-east-1", "TF_IN_AUTOMATION": "1"}

    def run(*command: str, code: int = 0) -> str:
        first = {"terraform": program, "mfa-association": SCRIPTS / "mfa-association"}[command[0]]
        with attached_with(env) if command[1] in {"plan", "apply"} else nullcontext(env) as given:
            typed: list[str | Path] = [first, *command[1:]]
            done = subprocess.run(typed, cwd=tmp_path, env=given, capture_output=True, text=True, timeout=120)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    return run


def test_the_first_plan_imports_everything_and_changes_nothing(box: Sandbox, shell: Any, tmp_path: Path) -> None:
    shell("mfa-association", "adopt", "--terraform")
    shell("terraform", "init", "-no-color")
    assert "Plan: 3 to import, 0 to add, 0 to change, 0 to destroy." in shell("terraform", "plan", "-no-color")
    shell("terraform", "apply", "-auto-approve", "-no-color")
    shell("terraform", "plan", "-detailed-exitcode", "-no-color")
    (tmp_path / "imports.tf").unlink()
    shell("terraform", "plan", "-detailed-exitcode", "-no-color")
    assert set(box.calls()) <= READS


def test_a_removed_line_is_acted_on_once_the_blocks_are_deleted(
    box: Sandbox, shell: Any, program: Path, tmp_path: Path
) -> None:
    """Terraform needs no deletion; OpenTofu refuses to import what nobody declares, and changes nothing."""
    shell("mfa-association", "adopt", "--terraform")
    shell("terraform", "init", "-no-color")
    shell("terraform", "apply", "-auto-approve", "-no-color")
    (tmp_path / "roster.yaml").write_text(f"users:\n  bob:\n    - {TOKEN}\n  carol:\n    - {KEY}\n")
    if program.name == "tofu":
        assert "import target does not exist" in shell("terraform", "plan", "-no-color", code=1)
        (tmp_path / "imports.tf").unlink()
    shell("terraform", "apply", "-auto-approve", "-no-color")
    assert box.holders(ACCOUNT) == {"bob": [TOKEN], "carol": [KEY]}


def test_settings_of_the_roster_are_the_only_change(box: Sandbox, shell: Any, tmp_path: Path) -> None:
    (tmp_path / "roster.yaml").write_text(
        f"users:\n  dave:\n    - {{serial_number: {DAVES}, on_last_device: refuse, renew: '1'}}\n"
    )
    shell("mfa-association", "adopt", "--terraform", "--approve", "all")
    shell("terraform", "init", "-no-color")
    assert "3 to import, 0 to add, 1 to change, 0 to destroy." in shell("terraform", "plan", "-no-color")
