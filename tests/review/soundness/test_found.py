"""Histories in which the review was unsound once."""

from __future__ import annotations

import pytest

from tests.histories.history import Change, Event, History, Round, Run
from tests.review.soundness.histories import play

FOUND = [
    (
        "declared again by another explicit provider: the process that deletes does not hear of it",
        History("pulumi", (2,), (Round((Change("rename"), Change("alias")), run=Run(keep_going=True)),)),
    ),
    (
        "the FIDO key of a user renamed outside: the delete finds nobody, so no removal is named",
        History("pulumi", (4,), (Round(events=(Event("rename", at=2),), run=Run("destroy")),)),
    ),
    (
        "the phone of a user renamed outside goes under the new name",
        History("pulumi", (0,), (Round((Change("remove"),), (Event("rename"),), Run(keep_going=True)),)),
    ),
    (
        "another resource declares the device too and stays as it is: it is kept, though the preview shows a delete",
        History("pulumi", (2,), (Round((Change("expand"),)), Round((Change("remove"),)))),
    ),
    (
        "a record that is not active goes under another name, with a seed: the run enables the device and takes it back",
        History("pulumi", (5,), (Round((Change("seed"), Change("reparent")), run=Run(keep_going=True)),)),
    ),
    (
        "the user was made anew and registered the same device: the delete leaves it alone",
        History("pulumi", (0,), (Round((Change("remove"),), (Event("recreate", to=1),)),)),
    ),
]


@pytest.mark.parametrize(("reason", "history"), FOUND, ids=[row[0] for row in FOUND])
def test_the_review_is_sound_here_too(reason: str, history: History) -> None:
    story = play(history)
    assert not story.unsound, reason
    assert story.assessed
