"""Enrolment: the user holds the device in the end, or there is no device."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from mfa_association.aws import errors
from mfa_association.errors import MfaError
from mfa_association.inventory.enroll import Abandoned, NotEnrolled, enroll_existing, enroll_new, whole_serial_number
from mfa_association.lifecycle.refusals import DeviceMissing, HeldByAnother
from mfa_association.sandbox import Sandbox
from mfa_association.validation import InvalidValue, parse_serial_number
from tests.inventory.stages import WRONG, FakeDesk, verbs
from tests.support.stage import Stage, failure, hardware, one_sandbox, staged, user, virtual


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    yield from one_sandbox()


@pytest.fixture
def stage(box: Sandbox) -> Iterator[Stage]:
    for stage in staged(box):
        stage.plant(users={"alice": user(), "bob": user()})
        yield stage


def enroll(stage: Stage, desk: FakeDesk, **limits: Any) -> Any:
    return enroll_new(stage.run(**limits), verbs(stage), "alice", "alice-phone", "/", desk)


def right(stage: Stage) -> FakeDesk:
    return FakeDesk([stage.codes])


def devices(stage: Stage) -> list[str]:
    """All virtual devices of the account, held or not."""
    listed = stage.admin().list_virtual_mfa_devices()["VirtualMFADevices"]
    return [device["SerialNumber"] for device in listed]


def test_the_device_is_made_shown_once_and_enabled(stage: Stage) -> None:
    desk = right(stage)
    found = enroll(stage, desk)
    assert (found.active, found.serial_number.text, found.user_name) == (True, stage.arn(), "alice")
    assert stage.holders() == {"alice": [stage.arn()]}
    (device,) = desk.shown
    assert device.serial_number == stage.arn()
    seed = device.seed.base32
    assert len(seed) == 64
    assert seed not in repr(device) and seed not in "".join(
        [*desk.said, *desk.over_with, *stage.warnings, *stage.notes]
    )
    assert (desk.asked, desk.over_with) == ([False], [])


def test_a_path_is_part_of_the_serial_number(stage: Stage) -> None:
    desk = FakeDesk([lambda: stage.codes(stage.arn("staff/a"))])
    found = enroll_new(stage.run(), verbs(stage), "alice", "a", "/staff/", desk)
    assert found.serial_number.text == stage.arn("staff/a")


def test_refused_codes_are_asked_for_again(stage: Stage) -> None:
    desk = FakeDesk([WRONG, WRONG, stage.codes])
    assert enroll(stage, desk).active
    assert desk.asked == [False, True, True]


class Given(NamedTuple):
    reason: str
    answers: list[Any]
    kind: type[BaseException]


def interrupt() -> tuple[str, str]:
    raise KeyboardInterrupt


def no_codes() -> tuple[str, str]:
    raise InvalidValue("authentication_code_1", None, "must be six digits, as text")


GIVEN_UP = (
    Given("no codes", [], Abandoned),
    Given("Ctrl-C", [interrupt], KeyboardInterrupt),
    Given("no digits", [no_codes], InvalidValue),
    Given("wrong three times", [WRONG] * 4, NotEnrolled),
    Given("Ctrl-C after wrong ones", [WRONG, interrupt], KeyboardInterrupt),
)


@pytest.mark.parametrize("case", GIVEN_UP, ids=lambda case: case.reason)
def test_an_abandoned_enrolment_leaves_no_device(stage: Stage, case: Given) -> None:
    desk = FakeDesk(list(case.answers))
    with pytest.raises(case.kind):
        enroll(stage, desk)
    assert devices(stage) == []
    assert desk.over_with == [f"{stage.arn()} was deleted again: nothing is left of it."]


def test_three_wrong_pairs_are_enough(stage: Stage) -> None:
    told = failure(lambda: enroll(stage, FakeDesk([WRONG] * 4)), NotEnrolled)
    assert told == (
        f"enrolling MFA device ({stage.arn()}) for user (alice): IAM refused the codes 3 times; check that the clock of "
        "the device is right, and start again"
    )
    assert stage.calls()["EnableMFADevice"] == 3


@pytest.mark.parametrize("code", ["AccessDenied", "LimitExceeded", "ExpiredToken", "Surprise"])
def test_an_enable_that_fails_leaves_no_device(stage: Stage, code: str) -> None:
    stage.fault("EnableMFADevice", times=None, error=code)
    with pytest.raises(MfaError):
        enroll(stage, right(stage))
    assert devices(stage) == []


def test_ctrl_c_while_the_device_is_shown(stage: Stage) -> None:
    class Interrupted(FakeDesk):
        def show(self, device: Any) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        enroll(stage, Interrupted([]))
    assert devices(stage) == []


@pytest.mark.parametrize("code", ["Throttling", "ConcurrentModification", "ServiceFailure"])
def test_what_passes_is_waited_for(stage: Stage, code: str) -> None:
    stage.fault("CreateVirtualMFADevice", times=2, error=code)
    assert enroll(stage, right(stage)).active


def test_a_device_whose_answer_was_lost_is_made_anew(stage: Stage) -> None:
    stage.fault("CreateVirtualMFADevice", drop=True, when="after")
    desk = right(stage)
    assert enroll(stage, desk).active
    assert devices(stage) == [stage.arn()]
    calls = stage.calls()
    assert (calls["CreateVirtualMFADevice"], calls["DeleteVirtualMFADevice"], len(desk.shown)) == (2, 1, 1)


def test_a_lost_answer_that_never_clears_leaves_no_device(stage: Stage) -> None:
    stage.fault("CreateVirtualMFADevice", drop=True, when="after", times=None)
    failure(lambda: enroll(stage, FakeDesk([]), retry_deadline=5.0), errors.LostAnswer)
    assert devices(stage) == []


def test_a_device_that_was_there_before_is_never_touched(stage: Stage) -> None:
    stage.plant(devices=[virtual("Alice-Phone", held=False)])
    told = failure(lambda: enroll(stage, FakeDesk([])), NotEnrolled)
    assert told == (
        f"enrolling MFA device ({stage.arn()}) for user (alice): there is such a device, which nobody holds; whoever "
        "scanned its QR code has its codes; give --name alice-phone-2 to make a new one; unless other code made the old "
        f"one, delete it: aws iam delete-virtual-mfa-device --serial-number {stage.arn()}"
    )
    assert devices(stage) == [stage.arn("Alice-Phone")]


@pytest.mark.parametrize(
    ("reason", "holder", "advice"),
    [
        (
            "her line may be all that is missing",
            "alice",
            "the user holds it already; give --name alice-phone-3 to make another one, or --existing {} to add its line "
            "alone",
        ),
        ("it stays his", "bob", "it is held by bob; give --name alice-phone-3 to make a new one"),
    ],
)
def test_a_device_that_is_held_stays_held(stage: Stage, reason: str, holder: str, advice: str) -> None:
    stage.plant(users={holder: user(virtual("alice-phone"))}, devices=[virtual("alice-phone-2", held=False)])
    told = failure(lambda: enroll(stage, FakeDesk([])), NotEnrolled)
    assert told.endswith(f" for user (alice): {advice.format(stage.arn())}"), reason
    assert stage.holders() == {holder: [stage.arn()]}


def test_whoever_revives_a_device_hears_who_may_have_its_seed(stage: Stage) -> None:
    stage.plant(devices=[virtual("old", held=False)])
    serial = parse_serial_number(stage.arn("old"))
    desk = FakeDesk([lambda: stage.codes(serial.text)])
    assert enroll_existing(stage.run(), "alice", serial, desk).active
    assert desk.said == [
        f"Whoever has seen the QR code of {serial} before has its codes too: if in doubt, make a new device."
    ]


@pytest.mark.parametrize(
    ("asked", "whole"),
    [
        ("mfa/alice-phone", "arn:aws:iam::ACCOUNT:mfa/alice-phone"),
        ("u2f/user/alice/key", "arn:aws:iam::ACCOUNT:u2f/user/alice/key"),
        ("GAHT00000001", "GAHT00000001"),
        ("arn:aws:iam::1:mfa/a", "arn:aws:iam::1:mfa/a"),
    ],
)
def test_a_device_may_go_by_its_name_within_the_account(stage: Stage, asked: str, whole: str) -> None:
    assert whole_serial_number(stage.run(), asked) == whole.replace("ACCOUNT", stage.account)


def test_a_device_that_somebody_else_makes_meanwhile_is_left_alone(stage: Stage) -> None:
    stage.fault("CreateVirtualMFADevice", error="EntityAlreadyExists")
    told = failure(lambda: enroll(stage, FakeDesk([])), errors.EntityAlreadyExists)
    assert told.startswith(
        "creating virtual MFA device (/alice-phone): a virtual device of this name and path exists already; "
        "give another name or path, or use the one there is (AWS: "
    )
    assert "DeleteVirtualMFADevice" not in stage.calls()


def test_a_device_that_was_enabled_all_the_same_is_kept_and_told(stage: Stage) -> None:
    def enabled_elsewhere() -> tuple[str, str]:
        first, second = stage.codes()
        stage.admin().enable_mfa_device(
            UserName="alice", SerialNumber=stage.arn(), AuthenticationCode1=first, AuthenticationCode2=second
        )
        raise KeyboardInterrupt

    desk = FakeDesk([enabled_elsewhere])
    with pytest.raises(KeyboardInterrupt):
        enroll(stage, desk)
    assert desk.over_with == [
        f"{stage.arn()} was kept, for it is enabled: add it with --existing, or remove it with `mfa-association revoke`."
    ]


def test_a_device_that_cannot_be_deleted_is_named(stage: Stage) -> None:
    stage.fault("DeleteVirtualMFADevice", error="AccessDenied")
    desk = FakeDesk([])
    failure(lambda: enroll(stage, desk), Abandoned)
    (said,) = desk.over_with
    assert said.startswith(f"{stage.arn()} could not be deleted and is held by nobody: deleting virtual MFA device (")
    assert devices(stage) == [stage.arn()]


def test_a_device_that_went_already_is_no_trouble(stage: Stage) -> None:
    stage.fault("DeleteVirtualMFADevice", error="NoSuchEntity")
    desk = FakeDesk([])
    failure(lambda: enroll(stage, desk), Abandoned)
    assert "was deleted again" in desk.over_with[0]


def test_iam_itself_says_that_a_user_holds_as_many_devices_as_it_allows(stage: Stage) -> None:
    """No call tells the quota before; the device that was made for it goes again."""
    tokens = [f"GAHT0000000{n}" for n in range(8)]
    stage.plant(users={"alice": user(*map(hardware, tokens))})
    told = failure(lambda: enroll(stage, right(stage)), errors.LimitExceeded)
    assert (
        f"the user holds as many MFA devices as IAM allows, which are {', '.join(tokens)}; remove one of them" in told
    )
    assert devices(stage) == []


@pytest.mark.parametrize("name, path", [("a/b", "/"), ("é", "/"), ("", "/"), ("a", "staff"), ("a", "/x")])
def test_an_odd_name_is_refused_before_anything_is_made(stage: Stage, name: str, path: str) -> None:
    with pytest.raises(InvalidValue, match=r"^--(name|path) '"):
        enroll_new(stage.run(), verbs(stage), "alice", name, path, FakeDesk([]))
    assert "CreateVirtualMFADevice" not in stage.calls()


# --- A device that is there -------------------------------------------------------------------------------------------

TOKEN = "GAHT12345678"


def existing(stage: Stage, desk: FakeDesk, serial: str = TOKEN) -> Any:
    return enroll_existing(stage.run(), "alice", parse_serial_number(serial), desk)


def codes_of_its_token(stage: Stage) -> tuple[str, str]:
    """Not by the serial number alone: the accounts of other tests have a token of the same one."""
    world = stage.box.app.world
    token = world.account(stage.account).live.device(TOKEN).authenticator
    assert token
    return token.pair(world.now())


def test_a_hardware_token_is_enabled_with_its_codes(stage: Stage) -> None:
    stage.plant(devices=[hardware(held=False)])
    desk = FakeDesk([WRONG, lambda: codes_of_its_token(stage)])
    assert existing(stage, desk).active
    assert stage.holders() == {"alice": [TOKEN]}
    assert (desk.shown, desk.over_with) == ([], [])


def test_a_device_that_the_user_holds_needs_no_codes(stage: Stage) -> None:
    stage.plant(users={"alice": user(hardware())})
    desk = FakeDesk([])
    assert existing(stage, desk).active
    assert desk.said == [f"alice holds {TOKEN} already."]


@pytest.mark.parametrize("answers", [[], [WRONG] * 3, [interrupt]])
def test_a_device_that_was_there_outlives_an_abandoned_enrolment(stage: Stage, answers: list[Any]) -> None:
    stage.plant(devices=[virtual(held=False)])
    with pytest.raises((MfaError, KeyboardInterrupt)):
        existing(stage, FakeDesk(answers), stage.arn())
    assert devices(stage) == [stage.arn()]
    assert "DeleteVirtualMFADevice" not in stage.calls()


REFUSED: tuple[tuple[str, Callable[[Stage], str], type[Exception], str], ...] = (
    ("held by another", lambda stage: stage.arn("bobs"), HeldByAnother, "it is held by bob"),
    ("not there", lambda stage: stage.arn("nobodys"), DeviceMissing, "there is no such device"),
    (
        "a security key",
        lambda stage: f"arn:aws:iam::{stage.account}:u2f/user/alice/key",
        NotEnrolled,
        "a FIDO key or passkey is registered by its own user only; let alice register it in the console, then run again",
    ),
)


@pytest.mark.parametrize("reason, serial, kind, told", REFUSED, ids=[case[0] for case in REFUSED])
def test_what_cannot_be_enabled_is_told_before_codes_are_asked_for(
    stage: Stage, reason: str, serial: Callable[[Stage], str], kind: type[Exception], told: str
) -> None:
    stage.plant(users={"bob": user(virtual("bobs"))})
    desk = FakeDesk([])
    assert told in failure(lambda: existing(stage, desk, serial(stage)), kind), reason
    assert desk.asked == []
    assert stage.time.spent <= 2
