"""Who holds a device now whose holder the preview does not tell, or calls by a former name: as the delete finds out.

A virtual device is followed to the user with the saved id, which a rename leaves as it is, and to nobody else: what
another user holds the delete leaves alone. So it does with tokens and FIDO keys of renamed users, which are in no list.
Where the holder is secret, whoever has the device is its holder: of tokens and keys the user with the saved id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from mfa_association.aws.iam import Device
from mfa_association.review.effects import moves
from mfa_association.review.facts import Holder, NotChecked
from mfa_association.review.live.lists import AccountLists
from mfa_association.review.model import DeviceStep, Holding, Preview, account_of
from mfa_association.validation import same

Lookup = Callable[[str], "list[Device] | NotChecked"]
"""The devices of a user."""


@dataclass
class Present:
    """``holders``: by serial number in small letters. ``unsure``: saved holders whose device may be a renamed user's,
    by key, and why nobody can say."""

    holders: dict[str, Holder] = field(default_factory=dict)
    unsure: dict[tuple[str, str], NotChecked] = field(default_factory=dict)


def find_present(
    preview: Preview, is_settled: Callable[[Holding], bool], lists: AccountLists, devices: Lookup
) -> Present:
    """Look for the holders of devices that leave somebody, but for those where the saved holder is surely the right one."""
    present = Present()
    for held in _leaving(preview):
        if is_settled(held):
            continue
        holder, key = _holder_of(held, lists, devices), held.holder.key if held.holder else None
        if isinstance(holder, Holder) and holder.key != key:
            present.holders[str(held.key)] = holder
        elif isinstance(holder, NotChecked) and key:
            present.unsure[key] = holder
    return present


def is_still_called_so(held: Holding, user_id: str | None, serial_numbers: tuple[str, ...] | NotChecked) -> bool:
    """Whether the saved holder is surely the user of that name, so that nobody need be looked for.

    ``user_id``: of the user of that name, None where there is none or AWS did not tell; ``serial_numbers``: what that
    user holds.
    """
    if held.user_id is None or held.user_id == user_id:
        return True
    holds = not isinstance(serial_numbers, NotChecked) and str(held.key) in {
        serial.lower() for serial in serial_numbers
    }
    return holds and user_id is None


def _leaving(preview: Preview) -> Iterator[Holding]:
    """What is taken from users, with a device that is known, and a holder that is known or secret."""
    for step in preview.devices:
        held = step.before
        if held and held.key and _leaves(step, held) and (held.secret or (held.holder and held.holder.user_name)):
            yield held


def _leaves(step: DeviceStep, before: Holding) -> bool:
    if step.op in ("delete", "unknown"):
        return step.skipped_because is None
    after = step.after
    return step.op == "update" and after is not None and (moves(before, after) or before.key != after.key)


def _holder_of(held: Holding, lists: AccountLists, devices: Lookup) -> Holder | NotChecked | None:
    if held.kind.holder_is_listed:
        return _of_virtual(held, lists)
    if held.user_id is None or not held.secret:
        return None
    users = lists.users()
    if isinstance(users, NotChecked):
        return users
    user = users.get(held.user_id)
    if user is None:
        return None
    listed = devices(user.user_name)
    if isinstance(listed, NotChecked):
        return listed
    return (
        Holder(user.user_name)
        if any(same(device.serial_number, str(held.serial_number)) for device in listed)
        else None
    )


def _of_virtual(held: Holding, lists: AccountLists) -> Holder | NotChecked | None:
    walked = lists.virtual_devices()
    if isinstance(walked, NotChecked):
        return walked
    device = walked.get(str(held.key))
    if device is None or device.user_arn is None:
        return None
    if not held.secret and (held.user_id is None or device.user_id != held.user_id):
        return None
    return Holder(device.user_name) if device.user_name else Holder(None, account_of(device.user_arn))
