"""The faults that docs/roster.md shows are those of the roster that it shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mfa_association.roster import RosterError, parse

PAGE = (Path(__file__).parents[2] / "docs" / "roster.md").read_text()
GOOD, FAULTY = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_the_first_roster_is_good() -> None:
    assert [line.user_name for line in parse(GOOD).lines] == ["alice", "alice", "bob"]


def test_the_second_roster_has_the_faults_below_it() -> None:
    with pytest.raises(RosterError) as caught:
        parse(FAULTY)
    assert f"\n…\n{caught.value}\n```" in PAGE
