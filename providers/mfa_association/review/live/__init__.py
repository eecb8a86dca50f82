"""Live reads of a review: who would be left with what, and what `up` would run into. It never changes anything.

Only the holders that the change affects are read, in the account of the caller's own credentials. A role that the
change names is never assumed: whoever writes the change could name one of an account of their own, and have it answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from threading import Event

from mfa_association.aws.details import AccountDetails
from mfa_association.aws.policies import Policies
from mfa_association.aws.reader import Reader, silent
from mfa_association.aws.session import Caller, open_session
from mfa_association.aws.settings import Settings
from mfa_association.lifecycle import Clock, Limits
from mfa_association.lifecycle.model import rfc3339
from mfa_association.review.facts import Holder, Live, NotChecked
from mfa_association.review.live.bulk import Chosen, choose_source
from mfa_association.review.live.holders import Holders, Seen, unfound, unknown
from mfa_association.review.live.lists import AccountLists
from mfa_association.review.live.password_only import find_bare
from mfa_association.review.live.permissions import Permissions, look_for_permissions
from mfa_association.review.live.predictions import AccountFacts, needs, of_user, predict_failures
from mfa_association.review.live.present import Present, find_present, is_still_called_so
from mfa_association.review.live.reads import LiveReads
from mfa_association.review.model import Holding, Planned, Preview, account_of
from mfa_association.review.planned import affected, planned

SECONDS = 240.0
"""Of all live reads together."""
PATIENCE = Limits(retry_deadline=30.0)
"""Of one read with throttling."""
_UNTOLD = "who else may hold a hardware token or FIDO key: not checked (IAM does not show it)"


def read_live(
    settings: Settings,
    preview: Preview,
    *,
    apply_as: str | None = None,
    progress: Callable[[str, int, int | None], None] = silent,
    seconds: float = SECONDS,
    limits: Limits = PATIENCE,
    clock: Clock | None = None,
    stop: Event | None = None,
) -> Live:
    """Read what AWS says of everybody whom a preview affects.

    ``apply_as``: the ARN of the role or user that applies changes, whose permissions are simulated; else the caller's.
    ``seconds``: for all of it; what is not read by then is not checked. Nothing AWS answers raises: a cell that cannot
    be read is ``NotChecked``. Raises ``Interrupted`` alone.
    """
    clock = clock or Clock()
    reads = LiveReads(Reader(settings, limits, clock, progress, stop), clock, seconds)
    caller = reads.read(lambda: reads.reader.iam.caller)
    holders = affected(preview)
    if isinstance(caller, NotChecked):
        facts = tuple(unknown(holder, caller) for holder in holders)
        return Live(caller, None, facts, caller, simulated_as=caller)
    return _Review(reads, caller, preview, apply_as, AccountLists(reads)).carry_out(holders)


def _unseen(holders: list[Holder], elsewhere: Mapping[tuple[str, str], NotChecked]) -> dict[tuple[str, str], Seen]:
    return {holder.key: Seen(unknown(holder, elsewhere[holder.key])) for holder in holders if holder.key in elsewhere}


@dataclass(frozen=True)
class _Review:
    reads: LiveReads
    caller: Caller
    preview: Preview
    apply_as: str | None
    lists: AccountLists

    def carry_out(self, holders: list[Holder]) -> Live:
        self.reads.read(self.reads.reader.directory.start_report)
        plans = planned(self.preview)
        elsewhere = self._elsewhere(plans)
        near = [holder for holder in holders if holder.key not in elsewhere]
        chosen = self._source(near)
        looks = Holders(self.reads, self._account, chosen.source)
        seen = self._look(looks, near)
        present = self._present(looks, seen)
        seen |= self._look(looks, [holder for holder in present.holders.values() if holder.key not in seen])
        seen |= {key: Seen(unfound(seen[key].facts, why)) for key, why in present.unsure.items()}
        seen |= _unseen(holders, elsewhere)
        mine = [_as_held(plan, present) for plan in plans if self._foreign(plan) is None]
        account, untold = self._scene(seen, mine)
        permissions = self._permissions(seen, mine, account)
        predicted_failures = (*predict_failures(account, mine), *permissions.denied)
        password_only, as_of = find_bare(self.reads, {key[1] for key in seen})
        return Live(
            checked_as=self.caller.arn,
            checked_at=rfc3339(self.reads.reader.iam.now()),
            holders=tuple(replace(look.facts, user_id=look.user_id) for look in seen.values()),
            password_only_users=password_only,
            predicted_failures=tuple((failure.address, failure.sentence) for failure in predicted_failures),
            bare_as_of=as_of,
            simulated_as=permissions.simulated_as,
            not_foreseen=(*untold, *permissions.untold),
            present=tuple(sorted(present.holders.items())),
            certain=frozenset(failure.address for failure in predicted_failures if failure.certain),
            listed_at=chosen.listed_at,
        )

    def _source(self, holders: list[Holder]) -> Chosen:
        session = open_session(self.reads.reader.settings)
        users = sum(holder.root_account_id is None for holder in holders)
        return choose_source(self.reads, self.lists, AccountDetails(session), Policies(session), users)

    def _look(self, looks: Holders, holders: list[Holder]) -> dict[tuple[str, str], Seen]:
        read = self.reads.reader.each("affected users", holders, looks.look)
        return {holder.key: seen for holder, seen in read if isinstance(seen, Seen)}

    def _present(self, looks: Holders, seen: Mapping[tuple[str, str], Seen]) -> Present:
        def is_settled(held: Holding) -> bool:
            if held.holder is None:
                return self._is_foreign(held.role_arn, held.account_id, held.serial_number)
            look = seen.get(held.holder.key)
            return look is None or is_still_called_so(held, look.user_id, look.facts.serial_numbers)

        return find_present(self.preview, is_settled, self.lists, looks.devices)

    @property
    def _account(self) -> str:
        return f"arn:{self.caller.arn.split(':')[1]}:iam::{self.caller.account_id}"

    def _elsewhere(self, plans: list[Planned]) -> dict[tuple[str, str], NotChecked]:
        """Holders whom the change affects in another account, even if in this one too: their names are all it tells."""
        return {
            holder.key: NotChecked(f"in account {account}, and the caller is in {self.caller.account_id}")
            for plan in plans
            if (account := self._foreign(plan))
            for holder in (plan.holder, plan.previous)
            if holder
        }

    def _foreign(self, plan: Planned) -> str | None:
        """The account of a plan where it is known and not the caller's. A root user is reached from the caller's own."""
        of_root = plan.holder is not None and plan.holder.root_account_id is not None
        accounts = (account_of(plan.role_arn), *(() if of_root else (plan.account_id, account_of(plan.serial_number))))
        return next((account for account in accounts if account and account != self.caller.account_id), None)

    def _is_foreign(self, role_arn: str | None, account_id: str | None, serial_number: str | None) -> bool:
        accounts = (account_of(role_arn), account_id, account_of(serial_number))
        return any(account and account != self.caller.account_id for account in accounts)

    def _scene(self, seen: dict[tuple[str, str], Seen], plans: list[Planned]) -> tuple[AccountFacts, tuple[str, ...]]:
        account = AccountFacts(
            {key: look.facts for key, look in seen.items()},
            coming=frozenset(
                user.user_name.lower() for user in self.preview.users if user.user_name and user.op == "create"
            ),
            applier=self._applier(),
            leaves_first=self.preview.engine == "terraform",
            refusing=frozenset(
                step.address for step in self.preview.devices if step.before and step.before.on_last_device == "refuse"
            ),
        )
        sought = [plan for plan in plans if plan.what != "remove" and of_user(plan) and not account.is_held(plan)]
        untold: tuple[str, ...] = (
            (_UNTOLD,) if any(plan.kind.is_declarable and not plan.kind.holder_is_listed for plan in sought) else ()
        )
        if not any(plan.kind.holder_is_listed for plan in sought):
            return account, untold
        virtual = self.lists.virtual_devices()
        if isinstance(virtual, NotChecked):
            untold = (*untold, f"who holds a virtual device: not checked ({virtual.reason})")
        return replace(account, virtual=virtual), untold

    def _applier(self) -> str | None:
        """The IAM user that applies with a long-term key, as far as is known."""
        arn = self.apply_as or (self.caller.arn if self.caller.long_term else "")
        return arn.rpartition("/")[2] if ":user/" in arn else None

    def _permissions(
        self, seen: dict[tuple[str, str], Seen], plans: list[Planned], account: AccountFacts
    ) -> Permissions:
        arns = {key: look.arn for key, look in seen.items() if look.arn}
        deleted = {step.address for step in self.preview.devices if step.before and step.before.also_deletes}
        verbs = Policies(open_session(self.reads.reader.settings))
        return look_for_permissions(self.reads, verbs, needs(plans, account, arns, deleted), self.caller, self.apply_as)


def _as_held(plan: Planned, present: Present) -> Planned:
    """The plan with whoever holds the device now, where that is somebody else than the preview says."""
    now = present.holders.get((plan.serial_number or "").lower())
    if now is None or plan.what == "add":
        return plan
    return replace(plan, holder=now) if plan.what == "remove" else replace(plan, previous=now)
