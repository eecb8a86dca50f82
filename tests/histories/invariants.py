"""What must hold in every run, whatever was changed, failed or happened meanwhile: one function a rule.

Each returns a sentence for every breach. Judged by AWS's log of calls and AWS's lists, never by the state of the run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from tests.histories.account import Call
from tests.histories.observed import Memory, Observed
from tests.histories.results import Saved

Judge = Callable[[Observed, Memory], Iterator[str]]
_NOT_OURS = (
    "(AWS: ",
    "max_removals allows",
    "provider is gone",
    "provider was killed",
    "protected",
    "prevent_destroy",
    "Plugin did not respond",
)


def declared_stays(seen: Observed, memory: Memory) -> Iterator[str]:
    """1. A device that every program run since its holder was last seen with it declares for that holder, and that
    nobody touched outside, is active for them."""
    for serial, user in list(memory.kept.items()):
        declared = (serial, seen.name(user, seen.aws_before)) in seen.declared
        if not declared or seen.is_out_of_sight(serial) or serial in seen.touched_serials():
            del memory.kept[serial]
        elif seen.holder(serial, seen.aws_after) != user:
            yield f"{serial} is declared for {seen.name(user, seen.aws_after)}, who does not hold it any more"
            del memory.kept[serial]
    for serial, name in seen.declared:
        holder = seen.holder(serial, seen.aws_after)
        if holder and seen.name(holder, seen.aws_after) == name:
            memory.kept[serial] = holder


def removed_goes(seen: Observed, memory: Memory) -> Iterator[str]:
    """2. A device whose line a full run deleted is not active for its holder, under any name that IAM tells."""
    for saved in seen.before:
        holder = seen.holder(saved.pair[0], seen.aws_before)
        if holder and _is_holder(saved, holder, seen, by_name=":mfa/" not in saved.pair[0]):
            memory.owed[saved.pair[0]] = holder
    recorded = {saved.pair[0] for saved in seen.after}
    spared = {saved.pair[0] for saved in seen.before if saved.retain}
    for serial, user in list(memory.owed.items()):
        name = seen.name(user, seen.aws_after)
        registered = any((serial, user) in touch.gave for touch in seen.touched)
        untold = ":mfa/" not in serial and serial in seen.touched_serials()
        if seen.holder(serial, seen.aws_after) != user or serial in spared or registered or untold:
            del memory.owed[serial]
        elif (serial, name) not in seen.declared and serial not in recorded:
            if not (seen.is_out_of_sight(serial) or seen.run.lag):
                yield f"{name} still holds {serial}, which neither the program nor the state knows any more"
            del memory.owed[serial]
        elif (serial, name) not in seen.declared and _is_dropped(serial, user, seen):
            yield f"{name} still holds {serial}, which the state gives to somebody else"


def _is_dropped(serial: str, user: str, seen: Observed) -> bool:
    """Whether a clean run ended with records of the device, but none that means this user."""
    means = any(_is_holder(saved, user, seen) for saved in seen.after if saved.pair[0] == serial)
    return not means and seen.result.full and seen.result.clean and not seen.is_out_of_sight(serial)


def nobody_else(seen: Observed, memory: Memory) -> Iterator[str]:
    """3. Nobody else's device is touched; nothing is enabled without codes or a seed; nothing inactive is enabled again
    without a new `renew` (Pulumi: as far as a plain `--refresh` told)."""
    for _, call in seen.writes:
        serial, user = str(call.serial).lower(), str(call.user).lower()
        if call.action == "DeactivateMFADevice" and call.effect:
            records = [saved for saved in (*seen.before, *seen.after) if saved.pair[0] == serial]
            known = any(_is_holder(saved, str(call.holder), seen) for saved in records)
            if not known and not seen.run.lag:  # old lists cannot tell that user and device were made anew
                yield f"{serial} was taken from {user}, who is not whom the state means"
        if call.action == "EnableMFADevice" and call.effect:
            lines = seen.records((serial, user))
            if not any(line.enabler == "seed" for line in lines):
                yield f"{serial} was enabled for {user} without codes or a seed"
            yield from _rearmed(seen, memory, call)


def _rearmed(seen: Observed, memory: Memory, call: Call) -> Iterator[str]:
    serial, user = str(call.serial).lower(), str(call.user).lower()
    if memory.disarmed.get(serial) != call.user_id:
        memory.disarmed.pop(serial, None)
        return
    saved = [one for one in seen.before if one.pair[0] == serial]
    known = {str(one.values.get("renew") or "") for one in saved}
    renewed = any(line.renew and line.renew not in known for line in seen.records((serial, user)))
    told = seen.engine == "terraform" or (seen.run.refresh and not seen.is_out_of_sight(serial))
    saved_inactive = any(one.values.get("active") is False for one in saved)
    stays = saved_inactive and seen.result.clean and seen.holder(serial, seen.aws_after) == call.user_id
    if saved and not renewed and not seen.touched and (told or stays):
        yield f"{serial} was deactivated outside and is enabled again for {user} without a new renew"
    if renewed:
        memory.disarmed.pop(serial, None)


def state_is_true(seen: Observed, memory: Memory) -> Iterator[str]:
    """4. After a refresh without lag the state says what AWS says; a run ends in success or in sentences; a refused
    removal names who and why."""
    refreshed = seen.run.refresh or seen.run.command == "refresh" or seen.engine == "terraform"
    if refreshed and seen.quiet and seen.result.clean and not (seen.run.target or seen.run.command == "destroy"):
        written = {str(call.serial).lower() for _, call in seen.writes if call.effect}
        for saved in seen.after:
            holder = seen.holder(saved.pair[0], seen.aws_after)
            if saved.pair[0] in written:  # after the look at another record of it
                continue
            expected = holder is not None and _is_holder(saved, holder, seen, by_name=":mfa/" not in saved.pair[0])
            if saved.values.get("active") is not expected and not seen.is_out_of_sight(saved.pair[0]):
                yield f"the state says active={saved.values.get('active')} of {saved.pair}, AWS says {expected}"
    said = " ".join(seen.result.errors).lower()
    for (serial, name), sentence in seen.result.refused:
        ours = not any(words in sentence for words in _NOT_OURS)
        if ours and not (serial in said and name in said):
            yield f"the refused removal of {serial} from {name} does not say so: {sentence}"


def guards_hold(seen: Observed, memory: Memory) -> Iterator[str]:
    """5. Guards and `max_removals` are obeyed in every single run; no last factor goes after its successor failed; what
    enables is proven before anything is taken."""
    done = [(place, call) for place, call in seen.deactivations if call.effect]
    providers = {saved.provider for saved in seen.before} | {line.provider for line in seen.program.records}
    limit = seen.program.max_removals
    given = {(call.serial, call.user) for _, call in seen.writes if call.action == "EnableMFADevice" and call.effect}
    taken = [
        call for _, call in done if (call.serial, call.user) not in given
    ]  # what a run gave and took is no removal
    if limit is not None and len(taken) > limit and len(providers) < 2 and "max" not in seen.lifted:
        yield f"{len(taken)} devices were deactivated, max_removals is {limit}"
    for place, call in done:
        user = seen.aws_before.users.get(seen.name(call.user_id, seen.aws_before))
        if call.left or user is None or user.id in seen.touched_users() or "last" in seen.lifted:
            continue
        serial = str(call.serial).lower()
        records = [saved for saved in seen.before if saved.pair[0] == serial and _is_holder(saved, user.id, seen)]
        guards = {str(saved.values.get("on_last_device") or "warn") for saved in records}
        if "refuse" in guards and user.password and not seen.run.lag:
            yield f"{serial} was {user.name}'s last device, with a password, and its record says refuse"
        elsewhere = {line.pair for line in seen.program.records if line.is_elsewhere}
        failed = [
            pair
            for pair, moment in seen.result.failed
            if moment <= place and pair[1] == user.name.lower() and pair not in elsewhere
        ]
        if any(pair[0] != serial for pair in failed) and len(providers) < 2:
            yield f"{serial} was {user.name}'s last device, and what was to succeed it failed: {failed}"
    for _, call in done:
        if seen.run.command != "up" or (seen.engine == "terraform" and seen.run.replace):
            break  # Terraform destroys first what it replaces, and a create that fails then is told
        serial, name = str(call.serial).lower(), str(call.user).lower()
        lines = {at: line for at, line in seen.program.named().items() if line.serial.lower() == serial}
        for address, line in lines.items():
            alone = len(lines) == 1 and not seen.touched and line.holder != name
            if alone and line.enabler == "unset" and _is_move(seen, address, (serial, name)):
                yield f"{serial} was taken from {name} before the seed was read that is to enable it for {line.holder}"


def _is_move(seen: Observed, address: str, pair: tuple[str, str]) -> bool:
    """Whether a line is to move the pair's device: the one record of the pair is the line's own. A record that another
    name left behind goes as if the device was not declared (the table of removals)."""
    of_pair = [saved for saved in seen.before if saved.pair == pair]
    return len(of_pair) == 1 and of_pair[0] is seen.record_of(address)


def only_what_left(seen: Observed, memory: Memory) -> Iterator[str]:
    """6. In every run, clean or not, each DeactivateMFADevice names a pair that a record of the state held and that the
    program does not declare (harm that a later run heals is harm)."""
    for _, call in seen.deactivations:
        serial, user = str(call.serial).lower(), str(call.user).lower()
        records = [saved for saved in (*seen.before, *seen.after) if saved.pair[0] == serial]
        meant = any(one.pair[1] == user or one.values.get("user_id") == call.user_id for one in records)
        if not meant:
            yield f"{serial} of {user} was to be deactivated, which no record of the state holds"
        inactive = any(one.values.get("active") is False for one in seen.before if one.pair[0] == serial)
        takes_back = inactive or memory.disarmed.get(serial) in (call.user_id, call.holder)
        if (serial, user) in seen.declared and not seen.is_out_of_sight(serial) and not takes_back:
            yield f"{serial} of {user} was to be deactivated, which the program declares"


def _is_holder(saved: Saved, holder: str, seen: Observed, *, by_name: bool = False) -> bool:
    """Whether a record of the state means this holder: by the saved id, or by the name where no id was saved."""
    names = {seen.name(holder, seen.aws_before), seen.name(holder, seen.aws_after)} - {""}
    known = saved.values.get("user_id")
    if known is None:
        return saved.pair[1] in names
    return known == holder and (not by_name or saved.pair[1] == seen.name(holder, seen.aws_after))


INVARIANTS: Final[dict[int, Judge]] = {
    6: only_what_left,
    5: guards_hold,
    4: state_is_true,
    3: nobody_else,
    2: removed_goes,
    1: declared_stays,
}
"""By number; the seventh, that every history ends, is ``settle.settle``. In this order, as some forget what others need."""
