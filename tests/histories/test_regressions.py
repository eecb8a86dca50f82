"""Histories that broke a rule once, shrunk, and what a user would have lost."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from tests.histories.history import Change, Event, History, Kill, Round, Run, Trouble
from tests.histories.play import play


class Case(NamedTuple):
    """``reason``: what went wrong before it was mended."""

    reason: str
    history: History


def _of(engine: str, lines: tuple[int, ...], *rounds: Round) -> History:
    return History(engine, lines, rounds)  # type: ignore[arg-type]


_TWICE = {"times": 2}
_REPARENTED = Round(
    (Change("reparent all"),),
    run=Run(trouble=(Trouble("DeactivateMFADevice", "Throttling"),), pause=(Event("deactivate"),)),
)
CASES = (
    Case(
        "a renamed resource whose first run failed: the second deactivated the device",
        _of("pulumi", (0,), Round((Change("rename"),), run=Run(neighbour_fails=True))),
    ),
    Case(
        "re-parented, and only the new one targeted: the next full run deactivated the device",
        _of("pulumi", (0,), Round((Change("reparent all"),), run=Run(target=(0,)))),
    ),
    Case(
        "--replace beside a failing resource: the old record, deleted by the next run, took the device",
        _of(
            "pulumi",
            (1,),
            Round((Change("add"),)),
            Round(run=Run(refresh=True, replace=(1,), neighbour_fails=True, order=1)),
        ),
    ),
    Case(
        "killed between a create and the delete of what it replaces",
        _of(
            "pulumi",
            (2, 0),
            Round((Change("serial", at=1, to=1),), run=Run(kill=Kill("CLI"))),
            Round(run=Run(replace=(0,), kill=Kill("provider"))),
        ),
    ),
    Case(
        "re-parented, while require_active failed another line",
        _of("pulumi", (0,), Round((Change("add"), Change("reparent all"), Change("require active", at=1)))),
    ),
    Case(
        "a misspelt serial number took the only device (Pulumi)",
        _of("pulumi", (0,), Round((Change("misspell"),))),
    ),
    Case(
        "a misspelt serial number took the only device (Terraform)",
        _of("terraform", (0,), Round((Change("misspell"),))),
    ),
    Case(
        "a device that was to go to alice did not, and hers went (Pulumi)",
        _of("pulumi", (2, 0), Round((Change("hand over"),))),
    ),
    Case(
        "a device that was to go to carol did not, and hers went (Terraform)",
        _of("terraform", (0, 4), Round((Change("hand over", to=1),))),
    ),
    Case(
        "-replace of a renamed user's device: its record was lost, and the device stayed with nobody to remove it",
        _of("terraform", (0,), Round(events=(Event("rename"),), run=Run(replace=(0,)))),
    ),
    Case(
        "user and device made anew under the old names: the new person's device was deactivated (Terraform)",
        _of("terraform", (2,), Round(events=(Event("recreate", at=1, to=1),)), Round(run=Run("destroy"))),
    ),
    Case(
        "user and device made anew under the old names: the new person's device was deactivated (Pulumi)",
        _of("pulumi", (2,), Round(events=(Event("recreate", at=1, to=1),)), Round((Change("serial"),))),
    ),
    Case(
        "the user was renamed while a throttled removal waited: success was told, the device lived on (Pulumi)",
        _of(
            "pulumi",
            (0,),
            Round(
                (Change("remove"),),
                run=Run(trouble=(Trouble("DeactivateMFADevice", "Throttling", **_TWICE),), pause=(Event("rename"),)),
            ),
        ),
    ),
    Case(
        "the user became a namesake while a lost removal waited",
        _of(
            "pulumi",
            (0,),
            Round(
                (Change("remove"),),
                run=Run(trouble=(Trouble("DeactivateMFADevice", "lost before", **_TWICE),), pause=(Event("namesake"),)),
            ),
        ),
    ),
    Case(
        "the user was renamed while a busy removal waited (Terraform)",
        _of(
            "terraform",
            (0,),
            Round(
                (Change("remove"),),
                run=Run(
                    trouble=(Trouble("DeactivateMFADevice", "ConcurrentModification", **_TWICE),),
                    pause=(Event("rename"),),
                ),
            ),
        ),
    ),
    Case(
        "a move took the device before it found that there is no seed (Pulumi)",
        _of("pulumi", (0,), Round((Change("move"), Change("unset seed")))),
    ),
    Case(
        "a move took the device before it found that there is no seed (Terraform)",
        _of("terraform", (0,), Round((Change("move"), Change("unset seed")))),
    ),
    Case(
        "a stolen phone, deactivated outside, was armed again by a rename (Pulumi)",
        _of(
            "pulumi",
            (0,),
            Round((Change("seed"),)),
            Round((Change("rename"),), (Event("deactivate"),), Run(refresh=True)),
        ),
    ),
    Case(
        "a stolen phone, deactivated outside, was armed again by -replace (Terraform)",
        _of("terraform", (0,), Round((Change("seed"),)), Round((), (Event("deactivate"),), Run(replace=(0,)))),
    ),
    Case(
        "two lines gave one device to two users in turn, as the advice was read: one of the lines has to go (Pulumi)",
        _of(
            "pulumi",
            (0,),
            Round((Change("move"),)),
            Round((Change("count"), Change("require active"), Change("expand"))),
            Round((Change("hand over", at=1),)),
        ),
    ),
    Case(
        "-replace of a renamed user's device kept the new renew value, so no new value ended its refusal (Terraform)",
        _of("terraform", (3,), Round((Change("renew"),), (Event("rename", at=1),), Run(replace=(0,)))),
    ),
    Case(
        "a guard of the new holder, saved for the same device, was taken for that of the old one: the judge was wrong (Terraform)",
        _of(
            "terraform",
            (2, 0, 1, 3),
            Round((Change("serial"),)),
            Round((Change("move", at=3), Change("guard", at=3))),
            _REPARENTED,
        ),
    ),
    Case(
        "a recreated user holds what the program declares, and the state knows the user before: the judge was wrong (Pulumi)",
        _of(
            "pulumi",
            (4, 0),
            Round((Change("remove", at=1),), run=Run(kill=Kill("CLI"))),
            Round(
                (Change("reparent all"),),
                run=Run(
                    trouble=(Trouble("DeactivateMFADevice", "Throttling"),), pause=(Event("recreate", at=2, to=1),)
                ),
            ),
            Round((Change("reparent"),), run=Run(target=(0,))),
            _REPARENTED,
        ),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.reason)
def test_it_stays_mended(case: Case) -> None:
    story = play(case.history)
    assert not story.breaches, "\n".join(story.tale)
