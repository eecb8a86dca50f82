"""``enroll --tag``: the device is made with its tags, in the same call."""

from __future__ import annotations

import io

import pytest

from mfa_association.sandbox import Sandbox
from tests.cli.conftest import ACCOUNT
from tests.support.terminal import Bench, Here

PHONE = f"arn:aws:iam::{ACCOUNT}:mfa/alice-phone"


class Phone(io.StringIO):
    """The two codes that the device shows once it is there."""

    def __init__(self, box: Sandbox) -> None:
        super().__init__()
        self._box, self._codes = box, list[str]()

    def readline(self, size: int = -1, /) -> str:  # type: ignore[override]
        self._codes = self._codes or list(self._box.codes(PHONE))
        return f"{self._codes.pop(0)}\n"


def test_a_new_device_has_its_tags_at_once(here: Here, bench: Bench, box: Sandbox) -> None:
    tags = ("--tag", "team=payments", "--tag", "ticket=A=1")
    done = here.run("enroll", "alice", "--qr-file", "qr.png", *tags, keys=Phone(box))
    assert done.returncode == 0, done.stderr
    told = box.client().list_mfa_device_tags(SerialNumber=PHONE)["Tags"]
    assert {tag["Key"]: tag["Value"] for tag in told} == {"team": "payments", "ticket": "A=1"}
    assert (box.calls()["CreateVirtualMFADevice"], box.calls().get("TagMFADevice")) == (1, None)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--tag", "team"], "--tag 'team': must be KEY=VALUE"),
        (["--tag", "team=x", "--existing", PHONE], "--tag is for a new one; nothing was changed, leave it out"),
    ],
)
def test_what_cannot_be_a_tag_is_refused_before_any_call(
    arguments: list[str], sentence: str, here: Here, bench: Bench, box: Sandbox
) -> None:
    done = here.run("enroll", "alice", "--qr-file", "qr.png", *arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert sentence in done.stderr
    assert box.calls() == {}
