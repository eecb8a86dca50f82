"""What AWS says of the holders of a preview, out of the model of an account."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import cast

from mfa_association.aws.directory import User as ListedUser
from mfa_association.aws.iam import Device as ListedDevice
from mfa_association.aws.iam import VirtualDevice
from mfa_association.lifecycle.model import rfc3339
from mfa_association.review.facts import Facts, Holder, Live
from mfa_association.review.live.holders import absent
from mfa_association.review.live.lists import AccountLists
from mfa_association.review.live.present import find_present, is_still_called_so
from mfa_association.review.model import Holding, Preview
from mfa_association.review.planned import affected
from tests.histories.account import Account, User
from tests.histories.iam import ModelIam


def live(preview: Preview, account: Account) -> Live:
    """The same cells as of a real account; nobody has keys or policies in the model."""
    holders = {holder.key: holder for holder in affected(preview)}
    facts = {key: _facts(holder, account) for key, holder in holders.items()}

    def is_settled(held: Holding) -> bool:
        known = facts.get(held.holder.key) if held.holder else None
        user = account.users.get(held.holder.key[1]) if held.holder else None
        return known is not None and is_still_called_so(held, user.id if user else None, known.serial_numbers)

    lists = cast("AccountLists", _Lists(account))
    found = find_present(preview, is_settled, lists, lambda name: _devices(account.users[name.lower()], account))
    facts |= {holder.key: _facts(holder, account) for holder in found.holders.values()}
    moment = rfc3339(datetime.fromtimestamp(account.now, timezone.utc))
    present = tuple(found.holders.items())
    return Live("arn:aws:iam::111122223333:role/review", moment, tuple(facts.values()), present=present)


def _facts(holder: Holder, account: Account) -> Facts:
    user = account.users.get(holder.key[1])
    if user is None:
        return absent(holder)
    serials = tuple(device.serial_number for device in _devices(user, account))
    return Facts(holder, True, serials, user.password, 0, "no", None, groups=(), policies=(), user_id=user.id)


def _devices(user: User, account: Account) -> list[ListedDevice]:
    moment = datetime.fromtimestamp(account.now, timezone.utc)
    return [ListedDevice(device.serial, moment) for device in account.truth.held_by(user)]


class _Lists:
    """The lists of the model; nothing of them is left in its log of calls."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def virtual_devices(self) -> dict[str, VirtualDevice]:
        length = len(self._account.log)
        found = {one.serial_number.lower(): one for one in ModelIam(self._account).list_virtual_mfa_devices()}
        del self._account.log[length:]
        return found

    def users(self) -> dict[str, ListedUser]:
        return {user.id: ListedUser(user.name, user.id, "/") for user in self._account.users.values()}
