"""What the environment says of last devices for one run."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from mfa_association.engine import contexts
from mfa_association.errors import MfaError
from mfa_association.lifecycle import LastDeviceGuard
from mfa_association.validation import OnLastDevice, parse_serial_number

PHONE, TOKEN = "arn:aws:iam::111122223333:mfa/alice-phone", "GAHT12345678"


@pytest.fixture(autouse=True)
def nothing_said_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contexts, "_announced", set())


class Case(NamedTuple):
    text: str
    serial: str
    saved: OnLastDevice
    mode: LastDeviceGuard


CASES = (
    Case("", PHONE, "refuse", "refuse"),
    Case("  ", PHONE, "refuse", "refuse"),
    Case("allow", PHONE, "refuse", "allow"),
    Case("refuse", PHONE, "warn", "refuse"),
    Case("allow:mfa/alice-phone", PHONE, "refuse", "lift"),
    Case("allow:MFA/Alice-Phone", PHONE, "refuse", "lift"),
    Case(f"allow:{PHONE}", PHONE, "refuse", "lift"),
    Case(f"allow:{TOKEN}", TOKEN, "warn", "lift"),
    Case("allow:mfa/alice-phone", TOKEN, "refuse", "refuse"),
    Case("allow:alice-phone", PHONE, "refuse", "refuse"),
    Case(f"allow:mfa/alice-phone,{TOKEN}", TOKEN, "warn", "lift"),
    Case(f"allow:mfa/alice-phone {TOKEN}", PHONE, "warn", "lift"),
    Case(f"allow:mfa/alice-phone, allow:{TOKEN}", TOKEN, "warn", "lift"),
    Case("refuse,allow:mfa/alice-phone", PHONE, "warn", "lift"),
    Case("refuse,allow:mfa/alice-phone", TOKEN, "warn", "refuse"),
    Case("allow:mfa/alice-phone refuse", TOKEN, "warn", "refuse"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.text}: {case.serial}")
def test_it_overrides_all_or_lifts_the_guard_of_some(monkeypatch: pytest.MonkeyPatch, case: Case) -> None:
    monkeypatch.setenv("MFA_ASSOCIATION_ON_LAST_DEVICE", case.text)
    assert contexts.guard(parse_serial_number(case.serial), case.saved, print) == case.mode


@pytest.mark.parametrize(
    "text", ["Allow", "never", "allow:", "mfa/alice-phone", "allow warn", ",", "refuse mfa/alice-phone"]
)
def test_what_cannot_be_read_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("MFA_ASSOCIATION_ON_LAST_DEVICE", text)
    with pytest.raises(MfaError, match="must be one of refuse, warn, allow, or allow:DEVICE with one or more devices"):
        contexts.guard(parse_serial_number(PHONE), "warn", print)


def test_it_is_announced_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MFA_ASSOCIATION_ON_LAST_DEVICE", "allow:mfa/alice-phone")
    said: list[str] = []
    for serial in (PHONE, PHONE, TOKEN):
        contexts.guard(parse_serial_number(serial), "warn", said.append)
    assert said == [
        "on_last_device is allow for mfa/alice-phone in this run, whatever failed (MFA_ASSOCIATION_ON_LAST_DEVICE)"
    ]
