"""What AWS answers in each situation that the provider decides by, one row each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from mfa_association import lifecycle
from mfa_association.errors import MfaError
from mfa_association.lifecycle import Declaration

from .place import PATH, Place

Answer = tuple[str, int, str]
SUCCESS: Answer = ("Success", 200, "")
BAD_CODES: Answer = ("InvalidAuthenticationCode", 403, "Authentication code for device is not valid.")
NOT_HELD: Answer = ("NoSuchEntity", 404, "MFA Device invalid for user.")
NO_DEVICE: Answer = ("NoSuchEntity", 404, "MFA Device with serial number {arn} does not exist.")
NO_USER: Answer = ("NoSuchEntity", 404, "The user with name {name} cannot be found.")
TAKEN: Answer = ("EntityAlreadyExists", 409, "MFA device already exists.")
IN_USE: Answer = ("EntityAlreadyExists", 409, "MFA Device is already in use.")
BAD_PATH: Answer = (
    "ValidationError",
    400,
    "The specified value for path is invalid. It must begin and end with / "
    "and contain only alphanumeric characters and/or / characters.",
)
ONLY_FIDO: Answer = (
    "ValidationError",
    400,
    "The MFA device serial number sent in the request is invalid or not supported by this API. "
    "Currently, only hardware FIDO security keys are supported by this API.",
)


class Situation(NamedTuple):
    """``act`` ends in ``expected``; ``{name}`` and ``{arn}`` stand for what the message repeats."""

    what: str
    expected: Answer
    act: Callable[[Place], object]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def with_codes(choose: Callable[[str, str], tuple[str, str]]) -> Callable[[Place], object]:
    """Enabling with a pair made of the good one."""

    def act(place: Place) -> None:
        user, serial = place.user(), place.device()
        place.enable(user, serial, choose(*place.codes(serial)))

    return act


def used_codes(place: Place) -> None:
    user, serial = place.user(), place.device()
    codes = place.codes(serial)
    place.enable(user, serial, codes)
    place.deactivate(user, serial)
    place.enable(user, serial, codes)


def again_on_the_same_user(place: Place) -> None:
    user = place.user()
    place.enable(user, place.held(user))


def on_another_user(place: Place) -> None:
    place.enable(place.user(), place.held(place.user()))


def deactivate_twice(place: Place) -> None:
    user = place.user()
    serial = place.held(user)
    place.deactivate(user, serial)
    place.deactivate(user, serial)


def ninth_device(place: Place) -> None:
    user = place.user()
    for _ in range(9):
        place.held(user)


def resync(place: Place, serial: str) -> None:
    first, second = place.codes(serial)
    place.iam.resync_mfa_device(
        UserName=place.user(), SerialNumber=serial, AuthenticationCode1=first, AuthenticationCode2=second
    )


def create(place: Place, name: str | None = None, path: str = PATH) -> None:
    place.iam.create_virtual_mfa_device(VirtualMFADeviceName=name or place.name(), Path=path)


def names_in_another_case(place: Place) -> None:
    name = place.name()
    place.device(name)
    create(place, name.upper())


def same_name_twice(place: Place) -> None:
    name = place.name()
    place.device(name)
    create(place, name)


def delete_user_with_device(place: Place) -> None:
    user = place.user()
    place.held(user)
    place.iam.delete_user(UserName=user)


def user_in_another_case(place: Place) -> None:
    place.iam.list_mfa_devices(UserName=place.user().upper())


def lists_agree(place: Place) -> None:
    """Both lists tell the same whole second, and neither tells the seed."""
    user = place.user()
    serial = place.held(user)
    (own,) = place.iam.list_mfa_devices(UserName=user)["MFADevices"]
    (listed,) = [one for one in place.virtual("Assigned") if one["SerialNumber"] == serial]
    assert own["EnableDate"] == listed["EnableDate"] and not own["EnableDate"].microsecond
    assert listed.keys() == {"SerialNumber", "User", "EnableDate"}
    assert listed["User"]["UserId"] == place.iam.get_user(UserName=user)["User"]["UserId"]


def unassigned_shows_its_serial_alone(place: Place) -> None:
    serial = place.device()
    (listed,) = [one for one in place.virtual("Unassigned") if one["SerialNumber"] == serial]
    assert listed.keys() == {"SerialNumber"}


def enabled_adopted_removed(place: Place) -> None:
    user, serial, run = place.user(), place.device(), place.run()
    assert not lifecycle.create(run, Declaration(user, serial)).active
    saved = lifecycle.create(run, Declaration(user, serial, seed=place.seeds[serial]))
    adopted = lifecycle.create(place.run(), Declaration(user, serial))
    assert adopted == saved and adopted.enable_date and adopted.user_id
    assert lifecycle.read(place.run(), saved) == saved
    lifecycle.delete(place.run(), saved, on_destroy="delete-virtual-device")
    assert not place.holds(user, serial)
    lifecycle.delete(place.run(), saved)


def resynced_and_moved(place: Place) -> None:
    old, new, serial = place.user(), place.user(), place.device()
    wanted = Declaration(old, serial, seed=place.seeds[serial])
    saved = lifecycle.create(place.run(), wanted)
    assert lifecycle.renew(place.run(), saved, wanted).active
    moved = lifecycle.move(place.run(), saved, Declaration(new, serial, seed=place.seeds[serial]))
    assert moved.active and place.holds(new, serial) and not place.holds(old, serial)


def followed_a_rename(place: Place) -> None:
    user, serial, name = place.user(), place.device(), place.name()
    saved = lifecycle.create(place.run(), Declaration(user, serial, seed=place.seeds[serial]))
    place.iam.update_user(UserName=user, NewUserName=name)
    assert lifecycle.read(place.run(), saved).active
    lifecycle.delete(place.run(), saved)
    assert not place.holds(name, serial)


def left_alone_in_other_hands(place: Place) -> None:
    user, other = place.user(), place.user()
    serial = place.held(other)
    saved = lifecycle.Association(user, serial, True, "virtual", place.account_id)
    lifecycle.delete(place.run(), saved)
    assert place.holds(other, serial)


IAM: list[Situation] = [
    Situation("CreateVirtualMFADevice: the same path and name twice", TAKEN, same_name_twice),
    Situation("CreateVirtualMFADevice: names that differ in case only", TAKEN, names_in_another_case),
    Situation("CreateVirtualMFADevice: a path without a leading slash", BAD_PATH, lambda p: create(p, path="x/")),
    Situation("CreateVirtualMFADevice: a path without a trailing slash", BAD_PATH, lambda p: create(p, path="/x")),
    Situation("CreateVirtualMFADevice: a path with empty parts", SUCCESS, lambda p: create(p, path=f"{PATH}/double/")),
    Situation("EnableMFADevice: the previous code and the present one", SUCCESS, lambda p: p.held(p.user())),
    Situation("EnableMFADevice: held by the same user",
        ("EntityAlreadyExists", 409, "MFA Device for user {name} already exists."), again_on_the_same_user),
    Situation("EnableMFADevice: held by another user", IN_USE, on_another_user),
    Situation("EnableMFADevice: the same code twice", BAD_CODES, with_codes(lambda a, b: (b, b))),
    Situation("EnableMFADevice: codes in the wrong order", BAD_CODES, with_codes(lambda a, b: (b, a))),
    Situation("EnableMFADevice: a wrong code", BAD_CODES, with_codes(lambda a, b: (a, wrong(b)))),
    Situation("EnableMFADevice: codes used before deactivation", BAD_CODES, used_codes),
    Situation("EnableMFADevice: no such user", NO_USER,
        lambda p: p.enable(p.name(), p.device(), ("000000", "000000"))),
    Situation("EnableMFADevice: no such device", NO_DEVICE,
        lambda p: p.enable(p.user(), p.absent(), ("123456", "654321"))),
    Situation("EnableMFADevice: the ninth device of a user",
        ("LimitExceeded", 409, "Cannot exceed quota for MFADevicesPerUser: 8."), ninth_device),
    Situation("DeactivateMFADevice: held by nobody", NOT_HELD, lambda p: p.deactivate(p.user(), p.device())),
    Situation("DeactivateMFADevice: held by another user", NOT_HELD,
        lambda p: p.deactivate(p.user(), p.held(p.user()))),
    Situation("DeactivateMFADevice: twice", NOT_HELD, deactivate_twice),
    Situation("DeactivateMFADevice: no such device", NO_DEVICE, lambda p: p.deactivate(p.user(), p.absent())),
    Situation("DeactivateMFADevice: no such user", NO_USER, lambda p: p.deactivate(p.name(), p.device())),
    Situation("ResyncMFADevice: held by nobody", NOT_HELD, lambda p: resync(p, p.device())),
    Situation("DeleteVirtualMFADevice: held", ("DeleteConflict", 409, "MFA VirtualDevice in use. Must deactivate first."),
        lambda p: p.iam.delete_virtual_mfa_device(SerialNumber=p.held(p.user()))),
    Situation("DeleteVirtualMFADevice: no such device", NO_DEVICE,
        lambda p: p.iam.delete_virtual_mfa_device(SerialNumber=p.absent())),
    Situation("DeleteUser: the user holds a device",
        ("DeleteConflict", 409, "Cannot delete entity, must delete MFA device first."), delete_user_with_device),
    Situation("ListMFADevices: no such user", NO_USER, lambda p: p.iam.list_mfa_devices(UserName=p.name())),
    Situation("ListMFADevices: the name in another case", SUCCESS, user_in_another_case),
    Situation("ListVirtualMFADevices: a bad marker", ("ValidationError", 400, "Invalid Marker."),
        lambda p: p.iam.list_virtual_mfa_devices(Marker="100")),
    Situation("ListVirtualMFADevices: a device of nobody is its serial number alone", SUCCESS,
        unassigned_shows_its_serial_alone),
    Situation("Both lists: the same whole second, no seed, the user's id", SUCCESS, lists_agree),
    Situation("GetMFADevice: a virtual device", ONLY_FIDO, lambda p: p.iam.get_mfa_device(SerialNumber=p.device())),
    Situation("GetLoginProfile: no password", ("NoSuchEntity", 404, "Login Profile for User {name} cannot be found."),
        lambda p: p.iam.get_login_profile(UserName=p.user())),
]  # fmt: skip
LIFE: list[Situation] = [
    Situation("Recorded, enabled with a seed, adopted, read, deactivated, device deleted, deactivated again", SUCCESS,
        enabled_adopted_removed),
    Situation("Resynced and moved to another user, with the next unused codes", SUCCESS, resynced_and_moved),
    Situation("A renamed user: read, and deactivated under the new name", SUCCESS, followed_a_rename),
    Situation("In another user's hands: left alone", SUCCESS, left_alone_in_other_hands),
]  # fmt: skip
SITUATIONS = [*IAM, *LIFE]


def answered(situation: Situation, place: Place) -> Answer:
    """How AWS answers, with names and serial numbers of the run written as in the table."""
    try:
        situation.act(place)
    except ClientError as error:
        told: Any = error.response
        code, message = told["Error"]["Code"], place.neutral(told["Error"]["Message"])
        return code, told["ResponseMetadata"]["HTTPStatusCode"], message
    except MfaError as error:
        return type(error).__name__, 0, place.neutral(str(error))
    except AssertionError:
        return "Success", 0, "but what it left behind is not what was expected"
    return SUCCESS
