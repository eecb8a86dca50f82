"""create: every row of the contract's table, with AWS's truth and the calls it took."""

from __future__ import annotations

import itertools
from typing import Any, NamedTuple

import pytest

from mfa_association import lifecycle
from mfa_association.aws import errors
from mfa_association.aws.errors import AwsError
from mfa_association.lifecycle import Association, refusals
from mfa_association.totp import parse_seed
from mfa_association.validation import parse_serial_number
from tests.support.stage import OLD, Stage, failure, hardware, user, virtual

BASE32 = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
IDENTITY = {"GetCallerIdentity": 1}
ADOPT = IDENTITY | {"ListMFADevices": 1}
WALK = {"ListVirtualMFADevices": 1}
GET_USER = {"GetUser": 1}
ENABLE = {"GetCallerIdentity": 1, "ListMFADevices": 2, "EnableMFADevice": 1, "GetUser": 1}


class Adoption(NamedTuple):
    reason: str
    device: dict[str, Any]
    serial: str
    kind: str
    calls: dict[str, int]


ADOPTIONS = (
    Adoption("virtual: the walk tells all", virtual(), "arn", "virtual", IDENTITY | WALK),
    Adoption("hardware: GetUser tells it", hardware(), "GAHT12345678", "hardware", ADOPT | GET_USER),
    Adoption(
        "FIDO: GetUser tells it",
        {"kind": "fido", "name": "key", "serial": "arn:aws:iam::{}:u2f/user/alice/key-A"},
        "arn:aws:iam::{}:u2f/user/alice/key-A",
        "fido",
        ADOPT | GET_USER,
    ),
)


@pytest.mark.parametrize("case", ADOPTIONS, ids=lambda case: case.reason)
def test_a_held_device_is_adopted_without_a_write(stage: Stage, case: Adoption) -> None:
    device = {**case.device, "enable_date": OLD}
    if "serial" in device:
        device["serial"] = device["serial"].format(stage.account)
    serial = stage.arn() if case.serial == "arn" else case.serial.format(stage.account)
    stage.plant(users={"alice": user(device)})
    user_id = stage.user_id()
    stage.start_counting()
    found = lifecycle.create(stage.run(), stage.wanted(serial))
    assert found == Association("alice", parse_serial_number(serial), True, stage.account, OLD, user_id)
    assert found.kind.name == case.kind
    assert stage.calls() == case.calls
    assert not stage.warnings


@pytest.mark.parametrize(
    "reason, spelled", [("user in other case", ("ALICE", "alice-phone")), ("device too", ("Alice", "Alice-Phone"))]
)
def test_names_are_compared_without_regard_to_case(stage: Stage, reason: str, spelled: tuple[str, str]) -> None:
    stage.plant(users={"alice": user(virtual())})
    assert lifecycle.create(stage.run(), stage.wanted(stage.arn(spelled[1]), spelled[0])).active, reason


def test_given_codes_are_not_used_on_a_device_that_is_held(stage: Stage) -> None:
    stage.plant(users={"alice": user(virtual())})
    assert lifecycle.create(stage.run(), stage.wanted(codes=("271828", "314159"))).active
    assert not stage.writes()


def test_one_walk_and_one_identity_serve_a_whole_process(stage: Stage) -> None:
    names = [f"phone-{number}" for number in range(4)]
    stage.plant(users={"alice": user(*(virtual(name) for name in names))})
    run = stage.run()
    for name in names:
        lifecycle.create(run, stage.wanted(stage.arn(name)))
    assert stage.calls() == IDENTITY | WALK


def test_codes_enable_an_inactive_device(stage: Stage) -> None:
    stage.plant(users={"alice": {}}, devices=[virtual()])
    user_id, codes = stage.user_id(), stage.codes()
    stage.start_counting()
    found = lifecycle.create(stage.run(), stage.wanted(codes=codes))
    assert stage.holders() == {"alice": [stage.arn()]}
    assert stage.calls() == ENABLE
    assert (found.active, found.user_id) == (True, user_id)
    assert found.enable_date == _enable_date(stage)
    assert stage.warnings == [
        f"alice holds {stage.arn()} now; if the codes were older than a minute, the device may be out of step: "
        "if AWS refuses its codes at sign-in, resync it"
    ]


def _enable_date(stage: Stage) -> str:
    moment = stage.admin().list_mfa_devices(UserName="alice")["MFADevices"][0]["EnableDate"]
    return str(moment.strftime("%Y-%m-%dT%H:%M:%SZ"))


def test_a_read_back_that_misses_keeps_the_record_and_warns(stage: Stage) -> None:
    stage.plant(users={"alice": {}}, devices=[virtual()])
    codes = stage.codes()
    stage.box.lag(3600)
    found = lifecycle.create(stage.run(propagation=5.0), stage.wanted(codes=codes))
    assert (found.active, found.enable_date) == (True, None)
    assert stage.warnings[1:] == [f"IAM enabled {stage.arn()} for alice but does not list it yet: refresh later"]
    assert stage.time.spent <= 5


def test_a_read_back_that_fails_keeps_the_record_too(stage: Stage) -> None:
    stage.plant(users={"alice": {}}, devices=[virtual()])
    codes = stage.codes()
    stage.fault("ListMFADevices", nth=2, times=None, error="AccessDenied")
    assert lifecycle.create(stage.run(), stage.wanted(codes=codes)).active
    assert "does not list it yet" in stage.warnings[1]


def test_reads_that_lag_after_our_own_write_are_waited_for(stage: Stage) -> None:
    stage.plant(users={"alice": {}}, devices=[virtual()])
    codes = stage.codes()
    stage.box.lag(3600)
    stage.time.at(4, lambda: stage.box.lag(0))
    found = lifecycle.create(stage.run(), stage.wanted(codes=codes))
    assert found.enable_date == _enable_date(stage)
    assert len(stage.warnings) == 1
    assert 4 <= stage.time.spent <= 15


@pytest.mark.parametrize(
    "reason, serial, calls",
    [
        ("virtual: the walk says that it exists", "arn", ADOPT | WALK | GET_USER),
        ("hardware: IAM lists no unheld tokens", "GAHT12345678", ADOPT | GET_USER),
    ],
)
def test_without_codes_an_inactive_device_is_recorded(
    stage: Stage, reason: str, serial: str, calls: dict[str, int]
) -> None:
    serial = stage.arn() if serial == "arn" else serial
    stage.plant(users={"alice": {}}, devices=[virtual()])
    user_id = stage.user_id()
    stage.start_counting()
    found = lifecycle.create(stage.run(), stage.wanted(serial))
    assert (found.active, found.enable_date, found.user_id) == (False, None, user_id), reason
    assert stage.warnings == [f"alice does not hold {serial} yet; it is adopted once it is registered"]
    assert stage.calls() == calls


def test_require_active_makes_that_an_error(stage: Stage) -> None:
    stage.plant(users={"alice": {}}, devices=[virtual()])
    wanted = stage.wanted(require_active=True)
    assert failure(lambda: lifecycle.create(stage.run(), wanted), refusals.NotActive) == (
        f"binding MFA device ({stage.arn()}) to user (alice): alice does not hold it and require_active is set; "
        "nothing was changed, let the user register it first, give two codes, or remove require_active"
    )


@pytest.mark.parametrize("codes", [None, ("123456", "654321")], ids=["without codes", "with codes"])
def test_a_user_that_never_appears_is_named_as_missing(stage: Stage, codes: tuple[str, str] | None) -> None:
    stage.plant(devices=[virtual()])
    wanted = stage.wanted(codes=codes)
    assert failure(lambda: lifecycle.create(stage.run(propagation=6.0), wanted), refusals.UserMissing) == (
        f"binding MFA device ({stage.arn()}) to user (alice): account {stage.account} has no such user; "
        "nothing was changed, correct user_name or create the user first"
    )
    assert 2 < stage.time.spent <= 6
    assert not stage.writes()


@pytest.mark.parametrize("codes", [None, ("123456", "654321")], ids=["without codes", "with codes"])
def test_a_device_that_never_appears_is_named_as_missing(stage: Stage, codes: tuple[str, str] | None) -> None:
    stage.plant(users={"alice": {}})
    wanted = stage.wanted(codes=codes)
    assert failure(lambda: lifecycle.create(stage.run(propagation=6.0), wanted), refusals.DeviceMissing) == (
        f"binding MFA device ({stage.arn()}) to user (alice): there is no such device; "
        "nothing was changed, correct serial_number or create the device first"
    )
    assert 2 < stage.time.spent <= 6


@pytest.mark.parametrize("late", ["user", "device"])
def test_what_was_created_seconds_ago_is_waited_for(stage: Stage, late: str) -> None:
    device: dict[str, Any] = {"devices": [virtual()]}
    holder: dict[str, Any] = {"users": {"alice": {}}}
    stage.plant(**(device if late == "user" else holder))
    stage.time.at(4, lambda: stage.plant(**(holder if late == "user" else device)))
    assert lifecycle.create(stage.run(), stage.wanted()).active is False
    assert 4 <= stage.time.spent <= 15


def test_a_new_device_with_codes_is_waited_for(stage: Stage) -> None:
    seed = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    stage.plant(users={"alice": {}}, devices=[virtual("twin", seed=seed)])
    codes = stage.codes(stage.arn("twin"))
    stage.time.at(4, lambda: stage.plant(devices=[virtual(seed=seed)]))
    assert lifecycle.create(stage.run(), stage.wanted(codes=codes)).active
    assert stage.holders() == {"alice": [stage.arn()]}


def test_a_user_that_a_lagging_reader_loses_again_is_still_waited_for(stage: Stage) -> None:
    stage.plant(users={"alice": {}}, devices=[virtual()])
    codes = stage.codes()
    stage.fault("EnableMFADevice", error="NoSuchEntity")
    stage.fault("ListMFADevices", nth=2, error="NoSuchEntity")
    assert lifecycle.create(stage.run(), stage.wanted(codes=codes)).active
    assert stage.writes() == ["EnableMFADevice"] * 2


class Taken(NamedTuple):
    reason: str
    seed: dict[str, Any]
    serial: str
    codes: bool
    by: str


TAKEN = (
    Taken("virtual, without codes", {"users": {"alice": {}, "bob": user(virtual())}}, "arn", False, "bob"),
    Taken("virtual, with codes", {"users": {"alice": {}, "bob": user(virtual())}}, "arn", True, "bob"),
    Taken(
        "virtual of the root user, which has no name",
        {"users": {"alice": {}}, "root": user(virtual())},
        "arn",
        False,
        "arn:aws:iam::{}:root",
    ),
    Taken(
        "hardware: IAM does not tell",
        {"users": {"alice": {}, "bob": user(hardware())}},
        "GAHT12345678",
        True,
        "another user (IAM shows the holders of virtual devices only)",
    ),
)


@pytest.mark.parametrize("case", TAKEN, ids=lambda case: case.reason)
def test_a_device_in_other_hands_is_refused(stage: Stage, case: Taken) -> None:
    serial = stage.arn() if case.serial == "arn" else case.serial
    stage.plant(**case.seed)
    before, codes = stage.holders(), stage.codes(serial) if case.codes else None
    wanted = stage.wanted(serial, codes=codes)
    assert failure(lambda: lifecycle.create(stage.run(), wanted), refusals.HeldByAnother) == (
        f"binding MFA device ({serial}) to user (alice): it is held by {case.by.format(stage.account)}; "
        "nothing was changed, remove it from its present holder first"
    )
    assert stage.holders() == before
    assert stage.writes() == ["EnableMFADevice"] * case.codes


def test_a_denied_walk_does_not_hide_that_somebody_holds_it(stage: Stage) -> None:
    stage.plant(users={"alice": {}, "bob": user(virtual())})
    stage.deny("ListVirtualMFADevices")
    wanted = stage.wanted(codes=stage.codes())
    assert "held by another user (IAM shows" in failure(
        lambda: lifecycle.create(stage.run(), wanted), refusals.HeldByAnother
    )


def test_a_device_that_only_the_other_list_shows_is_adopted(stage: Stage) -> None:
    stage.plant(users={"alice": user(virtual(enable_date=OLD))})
    iam = Blind(stage)
    found = lifecycle.create(stage.run(iam=iam), stage.wanted())
    assert (found.active, found.enable_date) == (True, OLD)


class Blind:
    """An Iam whose list of one user's devices is behind the list of the account's."""

    def __init__(self, stage: Stage) -> None:
        self._iam = stage.iam()

    def list_mfa_devices(self, _user_name: str) -> list[Any]:
        return []

    def __getattr__(self, verb: str) -> Any:
        return getattr(self._iam, verb)


def test_a_full_user_is_told_its_devices(stage: Stage) -> None:
    names = [f"phone-{number}" for number in range(8)]
    stage.plant(users={"alice": user(*(virtual(name) for name in names))}, devices=[virtual()])
    wanted = stage.wanted(codes=stage.codes())
    held = ", ".join(stage.arn(name) for name in names)
    assert failure(lambda: lifecycle.create(stage.run(), wanted), errors.LimitExceeded) == (
        f"enabling MFA device ({stage.arn()}) for user (alice): the user holds as many MFA devices as IAM allows, "
        f"which are {held}; remove one of them first "
        "(AWS: EnableMFADevice: LimitExceeded: Cannot exceed quota for MFADevicesPerUser: 8.)"
    )


def test_wrong_codes_are_not_tried_twice_and_not_shown(stage: Stage) -> None:
    stage.plant(users={"alice": {}}, devices=[virtual()])
    wanted = stage.wanted(codes=("271828", "314159"))
    assert failure(lambda: lifecycle.create(stage.run(), wanted), errors.InvalidAuthenticationCode) == (
        f"enabling MFA device ({stage.arn()}) for user (alice): IAM did not accept the two codes; "
        "give two consecutive codes, the older one first, that were never used before "
        "(AWS: EnableMFADevice: InvalidAuthenticationCode: Authentication code for device is not valid.)"
    )
    assert stage.writes() == ["EnableMFADevice"]
    assert not stage.time.slept
    assert "271828" not in repr(wanted)


RETRYABLE = (
    ("EntityTemporarilyUnmodifiable", errors.EntityTemporarilyUnmodifiable),
    ("ConcurrentModification", errors.ConcurrentModification),
    ("Throttling", errors.Throttling),
    ("ServiceFailure", errors.ServiceFailure),
)


@pytest.mark.parametrize("code, _kind", RETRYABLE)
def test_an_error_that_clears_is_waited_out(stage: Stage, code: str, _kind: type[AwsError]) -> None:
    stage.plant(users={"alice": {}}, devices=[virtual()])
    stage.fault("EnableMFADevice", times=3, error=code)
    assert lifecycle.create(stage.run(), stage.wanted(codes=stage.codes())).active
    assert stage.writes() == ["EnableMFADevice"] * 4
    assert stage.time.slept == [0.5, 1.0, 2.0]


@pytest.mark.parametrize("code, kind", RETRYABLE)
def test_an_error_that_never_clears_says_for_how_long(stage: Stage, code: str, kind: type[AwsError]) -> None:
    stage.plant(users={"alice": {}}, devices=[virtual()])
    stage.fault("EnableMFADevice", times=None, error=code)
    wanted = stage.wanted(codes=stage.codes())
    told = failure(lambda: lifecycle.create(stage.run(retry_deadline=10.0), wanted), kind)
    assert told.startswith(f"enabling MFA device ({stage.arn()}) for user (alice): {kind.cause}, tried for 10 s; ")
    assert stage.time.slept == [0.5, 1.0, 2.0, 4.0, 2.5]
    assert not stage.holders()


@pytest.mark.parametrize(
    "reason, code, kind",
    [
        ("a policy", "AccessDenied", errors.AccessDenied),
        ("a compatible cloud's name for it", "AccessDeniedException", errors.AccessDenied),
        ("an old token", "ExpiredToken", errors.ExpiredCredentials),
        ("IAM's validation", "ValidationError", errors.InvalidInput),
        ("nothing we know", "Surprise", AwsError),
    ],
)
def test_any_other_error_ends_the_create_at_once(stage: Stage, reason: str, code: str, kind: type[AwsError]) -> None:
    stage.plant(users={"alice": {}}, devices=[virtual()])
    stage.fault("EnableMFADevice", error=code)
    wanted = stage.wanted(codes=stage.codes())
    told = failure(lambda: lifecycle.create(stage.run(), wanted), kind)
    assert told.startswith(f"enabling MFA device ({stage.arn()}) for user (alice): {kind.cause}; {kind.advice}"), reason
    assert stage.writes() == ["EnableMFADevice"]


@pytest.mark.parametrize("when, writes", [("before", 2), ("after", 1)])
def test_a_lost_answer_is_settled_by_looking(stage: Stage, when: Any, writes: int) -> None:
    stage.plant(users={"alice": {}}, devices=[virtual()])
    codes = stage.codes()
    stage.fault("EnableMFADevice", drop=True, when=when)
    assert lifecycle.create(stage.run(), stage.wanted(codes=codes)).active
    assert stage.holders() == {"alice": [stage.arn()]}
    assert stage.writes() == ["EnableMFADevice"] * writes
    assert _never_blind(stage)


def _never_blind(stage: Stage) -> bool:
    """Whether there was a look between any two writes."""
    order = [call.action for call in stage.box.log()]
    return ("EnableMFADevice", "EnableMFADevice") not in itertools.pairwise(order)


def test_a_lost_answer_that_lagging_reads_hide_ends_well(stage: Stage) -> None:
    stage.plant(users={"alice": {}}, devices=[virtual()])
    codes = stage.codes()
    stage.box.lag(3600)
    stage.fault("EnableMFADevice", drop=True, when="after")
    stage.time.at(3, lambda: stage.box.lag(0))
    assert lifecycle.create(stage.run(), stage.wanted(codes=codes)).active
    assert [call.error for call in stage.box.log() if call.action == "EnableMFADevice"] == [
        "Dropped",
        "EntityAlreadyExists",
    ]


def test_the_look_itself_is_denied(stage: Stage) -> None:
    stage.plant(users={"alice": {}}, devices=[virtual()])
    stage.deny("ListMFADevices")
    told = failure(lambda: lifecycle.create(stage.run(), stage.wanted()), errors.AccessDenied)
    assert told.startswith("reading the MFA devices of user (alice): the credentials in use are not allowed to do this")
    assert not stage.writes()


@pytest.mark.parametrize(
    "reason, denied, known",
    [
        ("GetUser tells it instead", ("ListVirtualMFADevices",), True),
        ("nobody tells it", ("ListVirtualMFADevices", "GetUser"), False),
    ],
)
def test_a_denied_look_at_the_user_id_is_no_failure(
    stage: Stage, reason: str, denied: tuple[str, ...], known: bool
) -> None:
    stage.plant(users={"alice": user(virtual())})
    user_id = stage.user_id()
    stage.deny(*denied)
    assert lifecycle.create(stage.run(), stage.wanted()).user_id == (user_id if known else None), reason
    unread = (
        "the unique id of alice could not be read (AccessDenied), so a rename will not be noticed: allow iam:GetUser"
    )
    assert stage.warnings == ([] if known else [unread])


def test_a_device_of_another_account_is_refused_before_any_look(stage: Stage) -> None:
    stage.plant(users={"alice": {}})
    serial = "arn:aws:iam::999999999999:mfa/alice-phone"
    assert failure(lambda: lifecycle.create(stage.run(), stage.wanted(serial)), refusals.WrongAccount) == (
        f"using MFA device ({serial}): it belongs to AWS account 999999999999, but the credentials in use belong to "
        f"{stage.account}; nothing was changed, use credentials of account 999999999999"
    )
    assert stage.calls() == {"GetCallerIdentity": 1}


@pytest.mark.parametrize(
    "reason, code, kind",
    [("old", "ExpiredToken", errors.ExpiredCredentials), ("unknown", "InvalidClientTokenId", errors.BadCredentials)],
)
def test_bad_credentials_end_everything(stage: Stage, reason: str, code: str, kind: type[AwsError]) -> None:
    stage.plant(users={"alice": {}})
    stage.fault("GetCallerIdentity", error=code)
    told = failure(lambda: lifecycle.create(stage.run(), stage.wanted()), kind)
    assert told.startswith(f"finding out whose AWS credentials are in use: {kind.cause}; "), reason
    assert stage.calls() == {"GetCallerIdentity": 1}


def test_a_user_who_may_not_add_a_device_to_itself_is_told_the_rule(stage: Stage) -> None:
    stage.plant(users={"alice": user(virtual("spare"))}, devices=[virtual(held=False)])
    run = stage.run(stage.be_user("alice"))
    sentence = failure(lambda: lifecycle.create(run, stage.wanted(codes=stage.codes())), errors.AccessDenied)
    assert "only in a session authenticated with one of them (AWS-2023-001): use a role" in sentence


def test_a_full_user_is_told_so_even_if_its_devices_cannot_be_listed(stage: Stage) -> None:
    stage.plant(users={"alice": user()}, devices=[virtual(held=False)])
    stage.fault("EnableMFADevice", error="LimitExceeded")
    stage.fault("ListMFADevices", error="AccessDenied", nth=2)
    sentence = failure(lambda: lifecycle.create(stage.run(), stage.wanted(codes=stage.codes())), errors.LimitExceeded)
    assert "the user holds as many MFA devices as IAM allows, which are not shown" in sentence


def test_waiting_for_propagation_begins_when_it_is_needed(stage: Stage) -> None:
    """Half a minute of throttling must not use up the patience with a device that is new."""
    stage.plant(users={"alice": user()})
    stage.fault("EnableMFADevice", error="Throttling", times=6)
    stage.time.at(34, lambda: stage.plant(devices=[virtual(seed=BASE32, held=False)]))
    declared = stage.wanted(seed=parse_seed(BASE32))
    assert lifecycle.create(stage.run(propagation=5.0), declared).active
    assert 34 <= stage.time.spent < 40
