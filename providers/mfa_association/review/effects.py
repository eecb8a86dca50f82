"""What becomes of each device: all steps that name it, taken together. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from mfa_association.review.facts import Holder
from mfa_association.review.model import DeviceStep, Holding

What = Literal["removed", "spared", "moved", "redeclared", "added", "changed", "kept"]
RunOrder = Literal["first", "last", "unknown", "apart"]


@dataclass(frozen=True)
class Effect:
    """What becomes of one device. ``loser`` and ``gainer`` as they apply; ``step`` is the one that says so.

    ``other``: the step that declares a removed device anew, or that replaces it. ``order``: whether that one comes
    ``first`` or ``last``; ``apart``: another process declares the device anew, and the one that removes it hears nothing.
    """

    what: What
    step: DeviceStep
    loser: Holder | None = None
    gainer: Holder | None = None
    other: DeviceStep | None = None
    order: RunOrder = "unknown"

    @property
    def held(self) -> Holding:
        """The device as it is spoken of."""
        sides = (self.step.before, self.step.after) if self.loser else (self.step.after, self.step.before)
        return sides[0] or sides[1] or Holding(None, None)

    @property
    def redeclared_as(self) -> Holding | None:
        """The device as it is declared afterwards."""
        return self.other.after if self.other else self.step.after

    @property
    def is_kept_by_another(self) -> bool:
        """Whether a resource that is there already declares the device too: the run sees it before it deletes anything."""
        return self.what == "redeclared" and self.other is not None and not _declares_anew(self.other)

    @property
    def is_renewed(self) -> bool:
        """Whether the new declaration has a ``renew`` value of its own: that alone enables what somebody deactivated."""
        return self.redeclared_as is not None and self.redeclared_as.renew not in (None, self.held.renew)

    @property
    def deactivates(self) -> bool:
        """Whether the loser is without this device at some time; a device that is declared anew first is kept."""
        return self.what in ("removed", "moved") or (self.what == "redeclared" and self.order != "first")

    @property
    def keeps(self) -> bool:
        """Whether whoever had the device has it afterwards."""
        return self.what != "added" and not self.deactivates


def effects(steps: tuple[DeviceStep, ...], *, ordered: bool) -> list[Effect]:
    """The effects, in the order of the steps. ``ordered``: the engine takes all steps in this order."""
    return list(_Effects(steps, ordered).found())


class _Effects:
    """The steps of one preview, by device and by address."""

    def __init__(self, steps: tuple[DeviceStep, ...], ordered: bool) -> None:
        self._steps, self._ordered = steps, ordered
        self._place = {id(step): number for number, step in enumerate(steps)}
        self._additions = {step.address: step for step in steps if step.op == "create" and step.replaces}
        removed = {step.before.key for step in steps if _goes(step) and step.before and step.before.key}
        self._declared: dict[str, list[DeviceStep]] = {}
        for step in steps:
            if (
                step.after
                and step.after.key in removed
                and (_declares_anew(step) or (ordered and _declares_still(step)))
            ):
                self._declared.setdefault(step.after.key or "", []).append(step)
        self._told_as_removed = {
            id(again) for step in steps if step.before and _goes(step) and (again := self._again(step, step.before))
        }

    def found(self) -> Iterator[Effect]:
        seen: set[tuple[str, str | None, tuple[str, str] | None]] = set()
        for step in self._steps:
            for effect in self._of(step):
                loser = effect.loser.key if effect.loser else None
                if loser and effect.held.key and (effect.what, effect.held.key, loser) in seen:
                    continue  # the association and the virtual device go together: one device is lost
                seen.add((effect.what, effect.held.key, loser))
                yield effect

    def _of(self, step: DeviceStep) -> Iterator[Effect]:
        before, after = step.before, step.after
        if before and _goes(step):
            yield self._removal(step, before)
        elif before and step.op == "delete":
            yield Effect("spared", step, loser=before.holder)
        elif step.declares and step.op == "create" and after:
            if id(step) not in self._told_as_removed:
                yield Effect("added", step, None, after.holder)
        elif before and after and step.declares and step.op == "update":
            yield from self._update(step, before, after)
        elif step.op in ("same", "update"):
            yield Effect("kept", step)

    def _update(self, step: DeviceStep, before: Holding, after: Holding) -> Iterator[Effect]:
        if before.key != after.key:
            yield Effect("removed", step, before.holder)
            yield Effect("added", step, None, after.holder)
        elif moves(before, after):
            yield Effect("moved", step, before.holder, after.holder)
        else:
            yield Effect("changed", step)

    def _removal(self, step: DeviceStep, before: Holding) -> Effect:
        again = self._again(step, before)
        if again and again.after:
            what: What = "redeclared" if holder_key(again.after) == holder_key(before) else "moved"
            gainer = None if what == "redeclared" else again.after.holder
            # two processes do not hear of each other: what one declares anew the other takes away all the same
            apart = what == "redeclared" and self._ordered and again.process != step.process
            order: RunOrder = "apart" if apart else "first" if _declares_still(again) else self._order(step, again)
            return Effect(what, step, before.holder, gainer, again, order)
        addition = self._additions.get(step.address) if step.replaces else None
        return Effect("removed", step, before.holder, None, addition, self._order(step, addition))

    def _again(self, step: DeviceStep, before: Holding) -> DeviceStep | None:
        """What declares a removed device anew: for the same holder if anything does, and where the removal hears of it."""
        declared = self._declared.get(before.key or "", [])
        same = [other for other in declared if other.after and holder_key(other.after) == holder_key(before)]
        heard = [other for other in same if other.process == step.process]
        anew = [other for other in [*same, *declared] if _declares_anew(other)]
        return next(iter([*sorted(heard, key=_declares_still), *anew]), None)

    def _order(self, removal: DeviceStep, addition: DeviceStep | None) -> RunOrder:
        if addition is None or not (self._ordered or removal.address == addition.address):
            return "unknown"
        return "first" if self._place[id(addition)] < self._place[id(removal)] else "last"


def holder_key(holding: Holding) -> tuple[str, str] | None:
    """Whom a holding serves, to compare; None where that is not known."""
    return holding.holder.key if holding.holder else None


def moves(before: Holding, after: Holding) -> bool:
    """Whether the holder changes; one that is not known may."""
    return holder_key(before) != holder_key(after) or before.holder is None


def _declares_anew(step: DeviceStep) -> bool:
    if not step.declares or step.after is None:
        return False
    return step.op == "create" or (step.op == "update" and step.before is not None and moves(step.before, step.after))


def _declares_still(step: DeviceStep) -> bool:
    """A second resource for the same device and user, which Pulumi checks before it deletes anything (rule 7).

    Terraform refuses such a plan.
    """
    return step.declares and step.op in ("same", "update") and not _declares_anew(step)


def _goes(step: DeviceStep) -> bool:
    """Whether AWS is called to take the device away; an operation nobody knows may do that."""
    return step.op == "unknown" or (step.op == "delete" and step.skipped_because is None)
