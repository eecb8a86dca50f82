"""What `up` or `apply` would run into, foreseen from what was read. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from mfa_association.aws.iam import VirtualDevice
from mfa_association.review.facts import Facts, Holder, NotChecked
from mfa_association.review.live.permissions import ENABLE, Need, Obstacle
from mfa_association.review.model import Planned
from mfa_association.validation import same

DEVICES_PER_USER = 8
"""IAM's quota, any mix of kinds (IAM user guide, "IAM and AWS STS quotas"). Only predicts: IAM tells it by refusing."""
_SELF = (
    "{name} would apply this with a long-term access key and holds a device already: AWS lets nobody change their own "
    "devices without an MFA session (AWS-2023-001)"
)


@dataclass(frozen=True)
class AccountFacts:
    """Everything that is known. ``virtual``: by serial number in lower case; ``coming``: users whom the change makes.

    ``applier``: the IAM user that applies with a long-term key, if it is one. ``leaves_first``: the engine may take
    devices away before it adds others. ``refusing``: addresses whose ``on_last_device`` is refuse.
    """

    facts: Mapping[tuple[str, str], Facts]
    virtual: Mapping[str, VirtualDevice] | NotChecked = field(default_factory=dict)
    coming: frozenset[str] = frozenset()
    applier: str | None = None
    leaves_first: bool = False
    refusing: frozenset[str] = frozenset()

    def is_held(self, plan: Planned) -> bool:
        """Whether a plan's holder has the device already."""
        return plan.holder is not None and _holds(self, plan.holder, plan.serial_number)


def predict_failures(account: AccountFacts, plans: Sequence[Planned]) -> list[Obstacle]:
    """Every obstacle, in the order of the plan."""
    added: Counter[tuple[str, str]] = Counter()
    if account.leaves_first:
        leaving = [plan.holder if plan.what == "remove" else plan.previous for plan in plans]
        added.subtract(holder.key for holder in leaving if holder)
    freed = {str(plan.serial_number).lower() for plan in plans if plan.what != "add"}
    obstacles: list[Obstacle] = []
    for plan in plans:
        adds = plan.what == "add"
        obstacles += [
            Obstacle(plan.address, sentence, certain and adds) for sentence, certain in _of(account, plan, added, freed)
        ]
        obstacles += [Obstacle(plan.address, sentence) for sentence in _guarded(account, plan, plans)]
    return obstacles


def _guarded(account: AccountFacts, plan: Planned, plans: Sequence[Planned]) -> Iterator[str]:
    """What ``on_last_device`` refuses, where both of what it asks for are known."""
    if plan.what != "remove" or plan.holder is None or plan.address not in account.refusing:
        return
    facts = account.facts.get(plan.holder.key)
    if facts is None or isinstance(facts.serial_numbers, NotChecked) or facts.console_password is not True:
        return
    gone = {str(plan.serial_number).lower() for plan in plans if plan.what == "remove"}
    if _holds(account, plan.holder, plan.serial_number) and {serial.lower() for serial in facts.serial_numbers} <= gone:
        yield f"on_last_device is 'refuse', {plan.holder} has a console password, and no device would be left"


Prediction = tuple[str, bool]
"""A sentence, and whether nothing else in the change can take the obstacle away."""


def _of(account: AccountFacts, plan: Planned, added: Counter[tuple[str, str]], freed: set[str]) -> Iterator[Prediction]:
    if plan.what != "remove" and plan.holder:
        yield from _adding(account, plan, plan.holder, added, freed)
    loser = plan.holder if plan.what == "remove" else plan.previous
    if loser and _would_change_own(account, plan, loser) and _holds(account, loser, plan.serial_number):
        yield _SELF.format(name=loser.user_name), True


def _adding(
    account: AccountFacts, plan: Planned, holder: Holder, added: Counter[tuple[str, str]], freed: set[str]
) -> Iterator[Prediction]:
    facts = account.facts.get(holder.key)
    if facts and facts.exists is False and holder.key[1] not in account.coming:
        yield f"there is no user {holder} in the account", True
        return
    if _holds(account, holder, plan.serial_number):
        return
    yield from _taken(account, plan, holder, freed)
    if not plan.enables or facts is None or isinstance(facts.serial_numbers, NotChecked):
        return
    held = len(facts.serial_numbers) + added[holder.key]
    added[holder.key] += 1
    if held >= DEVICES_PER_USER:
        yield f"{holder} would hold {held + 1} MFA devices, and IAM allows {DEVICES_PER_USER}", True
    if _would_change_own(account, plan, holder) and facts.serial_numbers:
        yield _SELF.format(name=holder), True


def _taken(account: AccountFacts, plan: Planned, holder: Holder, freed: set[str]) -> Iterator[Prediction]:
    """Whether somebody else has the device, or nobody could: it is not there."""
    if plan.serial_number is None:
        return
    other = next(
        (facts.holder for facts in account.facts.values() if _holds(account, facts.holder, plan.serial_number)), None
    )
    known = None if isinstance(account.virtual, NotChecked) else account.virtual
    device = known.get(plan.serial_number.lower()) if known is not None else None
    name = str(other) if other else _holder_of(device)
    if name and not (plan.previous and same(name, str(plan.previous))) and not same(name, str(holder)):
        yield f"{plan.serial_number} is held by {name}", plan.serial_number.lower() not in freed
    elif known is not None and device is None and not name and of_user(plan) and plan.kind.holder_is_listed:
        yield f"there is no virtual device {plan.serial_number} in the account, unless the same change makes it", False


def _holder_of(device: VirtualDevice | None) -> str | None:
    if device is None or device.user_arn is None:
        return None
    return device.user_name or "the root user"


def of_user(plan: Planned) -> bool:
    """Whether a plan names a device of a user. What the root user holds is not looked up in the account."""
    return plan.serial_number is not None and plan.holder is not None and plan.holder.user_name is not None


def _holds(account: AccountFacts, holder: Holder, serial: str | None) -> bool:
    facts = account.facts.get(holder.key)
    held = () if facts is None or isinstance(facts.serial_numbers, NotChecked) else facts.serial_numbers
    return serial is not None and any(same(held_serial, serial) for held_serial in held)


def _would_change_own(account: AccountFacts, plan: Planned, holder: Holder) -> bool:
    """Under a role of its own nobody changes their own devices."""
    if account.applier is None or plan.role_arn:
        return False
    return holder.user_name is not None and same(account.applier, holder.user_name)


def needs(
    plans: Sequence[Planned], account: AccountFacts, arns: Mapping[tuple[str, str], str], deleted: set[str]
) -> list[Need]:
    """The calls that the plan leads to, on users whose ARN is known; ``deleted``: addresses whose device goes too."""
    needed = []
    for plan in plans:
        for holder, action in _calls(plan, account):
            if holder.key in arns:
                need = Need(plan.address, action, arns[holder.key], f"user {holder}", plan.role_arn)
                needed.append(replace(need, adds=plan.what == "add"))
        serial = plan.serial_number
        if plan.what == "remove" and plan.address in deleted and serial and plan.kind.has_entity:
            needed.append(Need(plan.address, "iam:DeleteVirtualMFADevice", serial, serial, plan.role_arn))
    return needed


def _calls(plan: Planned, account: AccountFacts) -> Iterator[tuple[Holder, str]]:
    loser = plan.holder if plan.what == "remove" else plan.previous
    if loser:
        yield loser, "iam:DeactivateMFADevice"
    gains = plan.holder if plan.what != "remove" else None
    if gains and plan.enables and not _holds(account, gains, plan.serial_number):
        yield gains, ENABLE
