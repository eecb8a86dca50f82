"""A destroy, a plain refresh and the removal of the last line use the configuration saved in state."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from mfa_association.sandbox import Sandbox
from tests.support.applied import up_once
from tests.support.programs import DAVES, PHONE, program
from tests.support.stack import ACCOUNT, ADMIN, Stack


def nowhere() -> str:
    """A URL at which nothing listens."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{closed.getsockname()[1]}"


def profiles(stack: Stack, *names: str) -> None:
    """The AWS configuration of the stack's home, with these profiles alone."""
    text = "".join(f"[profile {name}]\naws_access_key_id={ADMIN}\naws_secret_access_key=secret\n" for name in names)
    (stack.folder / "aws-config").write_text(text)
    stack.env = {
        "AWS_CONFIG_FILE": str(stack.folder / "aws-config"),
        "AWS_ACCESS_KEY_ID": "",
        "AWS_SECRET_ACCESS_KEY": "",
    }


def old_profile(stack: Stack, box: Sandbox) -> dict[str, Any]:
    profiles(stack, "old")
    return {"aws_profile": "old"}


def drop_profile(stack: Stack, box: Sandbox) -> dict[str, Any]:
    profiles(stack, "new")
    return {"aws_profile": "new"}


def old_endpoint(stack: Stack, box: Sandbox) -> dict[str, Any]:
    return {"aws_maxRetries": 0}


OLD_ROLE, NEW_ROLE = (f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in ("old", "new"))


def role(stack: Stack, box: Sandbox) -> dict[str, Any]:
    box.add({"accounts": {ACCOUNT: {"roles": {"old": {}, "new": {}}}}})
    return {"aws_assumeRoles": [{"roleArn": OLD_ROLE}]}


def other_role(stack: Stack, box: Sandbox) -> dict[str, Any]:
    """The old role can be assumed no longer; the new configuration needs none."""
    box.client().delete_role(RoleName="old")
    return {"aws_assumeRoles": []}


CASES = [
    (old_profile, drop_profile, "The config profile (old) could not be found"),
    (role, other_role, "the role cannot be assumed; check its ARN, its trust policy"),
]


@pytest.mark.parametrize("command", ["destroy", "refresh"])
@pytest.mark.parametrize(("before", "after", "sentence"), CASES, ids=["profile", "role"])
def test_the_saved_settings_are_used_until_the_program_is_run(
    stack: Stack, box: Sandbox, before: Any, after: Any, sentence: str, command: str
) -> None:
    stack.configure(**before(stack, box))
    stack.program(program())
    up_once(stack, box)
    stack.configure(**after(stack, box))
    saved = stack.outputs()
    stale = getattr(stack, command)()
    assert stale.code != 0
    assert sentence in stale.text
    assert "Traceback" not in stale.text
    stack.program("")
    last_line = stack.up()
    assert last_line.code != 0
    assert sentence in last_line.text
    stack.program(program())
    assert stack.outputs() == saved
    assert box.holders(ACCOUNT)["dave"] == [DAVES]
    way_out = getattr(stack, command)("--run-program")
    assert way_out.code == 0, way_out.text


def test_a_changed_endpoint(stack: Stack, box: Sandbox) -> None:
    stack.program(program())
    gone = nowhere()
    stack.configure(aws_maxRetries=0)
    assert stack.up().code == 0
    checkpoint = next((stack.folder / "state").rglob("dev.json"))
    checkpoint.write_text(checkpoint.read_text().replace(box.url, gone))
    saved = stack.outputs()
    for command in (stack.refresh, stack.destroy):
        stale = command()
        assert stale.code != 0
        assert "the AWS endpoint cannot be reached; check the network, the proxy and aws:endpoints" in stale.text
        assert stack.outputs() == saved
    assert stack.refresh("--run-program").code == 0
    assert stack.destroy().code == 0
    assert not box.holders(ACCOUNT).get("dave")


def test_the_last_line_uses_saved_settings_and_any_other_line_new_ones(stack: Stack, box: Sandbox) -> None:
    stack.configure(**role(stack, box))
    stack.lines(dave=[DAVES], alice=[PHONE])
    assert stack.up().code == 0
    stack.configure(**other_role(stack, box))
    stack.lines(alice=[PHONE])
    done = stack.up()
    assert done.code == 0, done.text
    assert not box.holders(ACCOUNT).get("dave")


def test_the_way_out_after_the_last_line(stack: Stack, box: Sandbox) -> None:
    stack.configure(**role(stack, box))
    stack.program(program())
    up_once(stack, box)
    stack.configure(**other_role(stack, box))
    stack.program("")
    stale = stack.up()
    assert stale.code != 0
    assert "the role cannot be assumed" in stale.text
    stack.program(program())
    assert stack.refresh("--run-program").code == 0
    stack.program("")
    done = stack.up()
    assert done.code == 0, done.text
    assert not box.holders(ACCOUNT).get("dave")


def test_the_home_is_not_the_users(stack: Stack) -> None:
    assert Path.home() not in stack.home.parents
