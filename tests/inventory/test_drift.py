"""Drift: each way in which a roster and an account can differ, and what cannot be told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mfa_association.inventory.drift import Drift, drift
from mfa_association.inventory.snapshot import HeldDevice, ListedHolder, Snapshot
from mfa_association.inventory.stack import Recorded
from mfa_association.roster import parse
from mfa_association.validation import ROOT_USER
from tests.support.company import ACCOUNT, KEY, MEMBER, PHONE, ROOT_PHONE, SINCE, SPARE, TOKEN

ALICE = ListedHolder("alice", (HeldDevice(PHONE, SINCE),), user_id="AIDAALICE")
BOB = ListedHolder("bob", user_id="AIDABOB")
ROSTER = f"users:\n  alice:\n    - {PHONE}\n"
BEFORE, AFTER = "2024-12-31T12:00:00Z", "2025-06-30T12:00:00Z"


def account(*users: ListedHolder, free: tuple[str, ...] | None = (), roots: tuple[ListedHolder, ...] = ()) -> Snapshot:
    return Snapshot(ACCOUNT, SINCE, users, roots, unassigned=free)


def found(snapshot: Snapshot, text: str = ROSTER, saved: Recorded | None = None, since: str | None = None) -> Drift:
    recorded = {saved.serial_number.lower(): saved} if saved else {}
    return drift(parse(text, "roster.yaml", may_be_empty=True).lines, snapshot, recorded, since)


def told(one: Drift) -> list[tuple[str | None, ...]]:
    assert one.untold == ()
    return [(f.kind, f.serial_number, f.holder, f.declared, f.since, f.detail) for f in one.findings]


SMS = f"arn:aws:iam::{ACCOUNT}:sms-mfa/alice"
SAVED = Recorded(PHONE, "alice", True, SINCE, "AIDAALICE")


def test_no_drift() -> None:
    assert told(found(account(ALICE, BOB), saved=SAVED, since=AFTER)) == []


@pytest.mark.parametrize(
    ("snapshot", "saved", "since", "finding", "reason"),
    [
        (
            account(ALICE, replace(BOB, devices=(HeldDevice(TOKEN, AFTER),))),
            None,
            None,
            ("undeclared", TOKEN, "bob", None, AFTER, "not in the roster"),
            "the one hole: active in AWS, in no roster",
        ),
        (
            account(replace(ALICE, devices=()), free=(PHONE,)),
            SAVED,
            None,
            (
                "inactive",
                PHONE,
                None,
                "alice",
                None,
                f"alice does not hold it; held when the stack was last refreshed (enabled {SINCE})",
            ),
            "deactivated outside; IAM does not tell when",
        ),
        (
            account(replace(ALICE, devices=())),
            None,
            None,
            ("inactive", PHONE, None, "alice", None, "alice does not hold it, and the device does not exist"),
            "the virtual device was deleted",
        ),
        (
            account(BOB, free=(PHONE,)),
            None,
            None,
            ("inactive", PHONE, None, "alice", None, "there is no user alice"),
            "the user was deleted",
        ),
        (
            account(replace(ALICE, devices=()), replace(BOB, devices=(HeldDevice(PHONE, AFTER),))),
            SAVED,
            None,
            ("moved", PHONE, "bob", "alice", AFTER, "held by somebody else"),
            "another user, though the roster names alice",
        ),
        (
            account(replace(ALICE, name="alice.new")),
            SAVED,
            None,
            ("renamed", PHONE, "alice.new", "alice", None, "the same user under a new name: change the line"),
            "IAM keeps the id of a renamed user",
        ),
        (
            account(replace(ALICE, name="alice.new")),
            None,
            None,
            ("moved", PHONE, "alice.new", "alice", SINCE, "held by somebody else"),
            "without a stack a rename cannot be told from a move",
        ),
        (
            account(replace(ALICE, devices=(HeldDevice(PHONE, AFTER),))),
            SAVED,
            None,
            ("re-enabled", PHONE, "alice", "alice", AFTER, f"the stack knows it as enabled {SINCE}"),
            "removed and registered again",
        ),
        (
            account(ALICE),
            replace(SAVED, active=False, enable_date=None),
            None,
            ("re-enabled", PHONE, "alice", "alice", SINCE, "the stack knows it as not active"),
            "a device that was taken away came back",
        ),
        (
            account(ALICE),
            None,
            BEFORE,
            ("re-enabled", PHONE, "alice", "alice", SINCE, f"enabled after {BEFORE}, for the first time or anew"),
            "later than the moment to compare with",
        ),
        (
            account(replace(ALICE, devices=(*ALICE.devices, HeldDevice(SMS, SINCE)))),
            None,
            None,
            (
                "undeclared",
                SMS,
                "alice",
                None,
                SINCE,
                f"a roster cannot declare it; only this helps: mfa-association revoke alice {SMS}",
            ),
            "an SMS device of old: neither adopt nor a line can take it in",
        ),
    ],
)
def test_each_difference_is_told(
    snapshot: Snapshot, saved: Recorded | None, since: str | None, finding: tuple[str | None, ...], reason: str
) -> None:
    assert told(found(snapshot, saved=saved, since=since)) == [finding], reason


def test_names_and_serials_are_compared_without_regard_to_case() -> None:
    assert told(found(account(ALICE), ROSTER.replace("alice:", "ALICE:").replace("alice-phone", "Alice-Phone"))) == []


def test_findings_come_worst_first() -> None:
    snapshot = account(
        replace(ALICE, devices=()), replace(BOB, devices=(HeldDevice(TOKEN, SINCE),)), free=(PHONE, SPARE)
    )
    assert [finding.kind for finding in found(snapshot).findings] == ["undeclared", "inactive"]


def test_a_device_that_nobody_holds_is_a_note_and_no_drift() -> None:
    """Ordinary use leaves such devices behind: a removed line deactivates, and by default it deletes nothing."""
    one = found(account(ALICE, free=(SPARE,)))
    assert (one.findings, one.untold) == ((), ())
    assert one.notes == (
        f"nobody holds virtual device {SPARE}; unless other code keeps it: "
        f"aws iam delete-virtual-mfa-device --serial-number {SPARE}",
    )


def test_a_declared_device_that_nobody_holds_is_told_once() -> None:
    one = found(account(replace(ALICE, devices=()), free=(PHONE,)))
    assert ([finding.kind for finding in one.findings], one.notes) == (["inactive"], ())


def test_root_users_are_told_by_account() -> None:
    text = f"roots:\n  '{MEMBER}':\n    - {ROOT_PHONE}\n"
    assert told(found(account(ALICE, roots=(ListedHolder(ROOT_USER, root_account_id=MEMBER),)), text)) == [
        ("undeclared", PHONE, "alice", None, SINCE, "not in the roster"),
        (
            "inactive",
            ROOT_PHONE,
            None,
            f"the root user of {MEMBER}",
            None,
            f"the root user of {MEMBER} does not hold it",
        ),
    ]


def test_the_accounts_own_root_user_is_no_drift() -> None:
    own = ListedHolder(ROOT_USER, (HeldDevice(ROOT_PHONE, SINCE),), complete=False, root_account_id=ACCOUNT)
    assert told(found(account(ALICE, roots=(own,)))) == []


@pytest.mark.parametrize(
    ("text", "snapshot"),
    [
        (f"users:\n  carol:\n    - {KEY}\n", account(ListedHolder("carol", complete=False))),
        (f"users:\n  alice:\n    - {PHONE}\n", account(replace(ALICE, devices=(), complete=False), free=None)),
        (f"roots:\n  '{MEMBER}':\n    - {ROOT_PHONE}\n", account()),
    ],
)
def test_what_could_not_be_read_is_not_told_as_inactive(text: str, snapshot: Snapshot) -> None:
    one = found(snapshot, text)
    assert one.findings == ()
    assert "could not be read" in one.untold[0]


LEVEL, NOTHING = (("FIDO", "L1"), ("FIPS-140-2", "L2")), ()


@pytest.mark.parametrize(
    ("device", "required", "detail", "reason"),
    [
        (HeldDevice(KEY, SINCE, LEVEL), None, "", "nothing is required"),
        (HeldDevice(KEY, SINCE, LEVEL), "FIPS-140-2", "", "it has it"),
        (HeldDevice(KEY, SINCE, LEVEL), "FIPS-140", "", "either edition will do"),
        (HeldDevice(KEY, SINCE, LEVEL), "FIDO", "", "any level will do"),
        (HeldDevice(KEY, SINCE, LEVEL), "FIPS-140-3", "it is certified for FIDO L1, FIPS-140-2 L2", "another edition"),
        (
            HeldDevice(KEY, SINCE, NOTHING),
            "FIDO",
            "it is certified for nothing",
            "the metadata service knows no such key",
        ),
        (HeldDevice(PHONE, SINCE), "FIDO", "a virtual device is certified for nothing", "a phone cannot be"),
        (
            HeldDevice(TOKEN, SINCE),
            "FIPS-140",
            "a hardware device is certified for nothing",
            "IAM tells none of a token",
        ),
    ],
)
def test_a_device_that_lacks_the_required_certification(
    device: HeldDevice, required: str | None, detail: str, reason: str
) -> None:
    lines = parse(f"users:\n  alice:\n    - {device.serial_number}\n").lines
    one = drift(lines, account(replace(ALICE, devices=(device,))), {}, None, required)
    wanted = (f"the roster requires {required}, and {detail}",) if detail else ()
    assert tuple(finding.detail for finding in one.findings if finding.kind == "uncertified") == wanted, reason


def test_a_certification_that_is_not_known_is_no_finding_and_told() -> None:
    lines = parse(f"users:\n  alice:\n    - {KEY}\n").lines
    snapshot = replace(account(replace(ALICE, devices=(HeldDevice(KEY, SINCE),))), not_checked=("denied",))
    assert drift(lines, snapshot, {}, None, "FIDO") == Drift((), ("denied",))


def test_a_device_of_somebody_else_is_one_finding() -> None:
    lines = parse(f"users:\n  alice:\n    - {PHONE}\n").lines
    snapshot = account(replace(ALICE, devices=()), replace(BOB, devices=(HeldDevice(PHONE, SINCE),)))
    assert [one.kind for one in drift(lines, snapshot, {}, None, "FIDO").findings] == ["moved"]


def test_root_users_may_not_ask_for_certifications() -> None:
    lines = parse(f"roots:\n  '{MEMBER}':\n    - {ROOT_PHONE}\n").lines
    root = ListedHolder(ROOT_USER, (HeldDevice(ROOT_PHONE, SINCE),), root_account_id=MEMBER)
    assert drift(lines, account(roots=(root,)), {}, None, "FIDO") == Drift(())


def test_a_path_that_a_shell_would_run_is_quoted() -> None:
    """A path may hold any printable character (pathType)."""
    odd = f"arn:aws:iam::{ACCOUNT}:mfa/$(reboot)/x;y"
    (note,) = found(account(ALICE, free=(odd,))).notes
    assert note.endswith(f"aws iam delete-virtual-mfa-device --serial-number '{odd}'")
