"""The page of the Terraform provider: what breaks a bound or the contract is marked, and nothing else is."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from benchmarks.page import replaced
from benchmarks.starts import Start
from benchmarks.terraform_page import (
    APPLY,
    FRAME,
    LOCAL,
    OURS,
    PLAN,
    REMOVE,
    SCRIPT,
    Result,
    Sample,
    expected,
    render,
)

MARK = "**"
USUAL = {
    (1, OURS, PLAN): 3.9,
    (1, SCRIPT, PLAN): 1.0,
    (100, OURS, APPLY): 10.0,
    (100, OURS, PLAN): 50.0,
    (100, SCRIPT, PLAN): 1.0,
    (100, OURS, REMOVE): 10.0,
    (100, LOCAL, APPLY): 81.0,
    (100, LOCAL, REMOVE): 1.0,
    (1000, OURS, PLAN): 14.9,
    (1000, SCRIPT, PLAN): 10.0,
    (5000, OURS, APPLY): 100.0,
}


def _page(
    walls: Mapping[tuple[int, str, str], float] | None = None,
    start: Start = Start(109, 44),  # noqa: B008
    calls: Mapping[str, int] | None = None,
) -> str:
    samples = [
        Sample(n, who, step, wall, 60.0, expected(n) if calls is None else calls)
        for (n, who, step), wall in {**USUAL, **(walls or {})}.items()
    ]
    return render(Result(samples, [start], [("Cores", "2")], [("Python", "3.10")], "2026-01-31"))


def test_what_keeps_to_the_bounds_is_not_marked() -> None:
    assert MARK not in _page()


@pytest.mark.parametrize(
    ("walls", "row"),
    [
        ({(1, OURS, PLAN): 4.1}, "| 1 | plan, with refresh | 4.10 |"),
        ({(1000, OURS, PLAN): 15.1}, "| 1,000 | plan, with refresh | 15.10 |"),
        ({(100, LOCAL, APPLY): 79.0}, "| 100 | apply (adopting) | 10.00 |"),
    ],
    ids=["a plan of one", "a plan of a thousand", "an apply beside local-exec"],
)
def test_a_time_out_of_bounds_is_marked(walls: Mapping[tuple[int, str, str], float], row: str) -> None:
    lines = [line for line in _page(walls).splitlines() if MARK in line]
    assert len(lines) == 1 and lines[0].startswith(row)


@pytest.mark.parametrize("start", [Start(126, 44), Start(124, 46)], ids=["too slow", "too large"])
def test_a_start_out_of_bounds_is_marked(start: Start) -> None:
    assert _page(start=start).count("**over the bound**") == 1


def test_a_call_for_each_association_is_marked() -> None:
    page = _page(calls={"GetCallerIdentity": 1, "ListMFADevices": 7})
    assert page.count("**expected: 1 GetCallerIdentity, 1 ListVirtualMFADevices**") == 3


def test_calls_grow_with_pages() -> None:
    assert expected(5000) == {"GetCallerIdentity": 1, "ListVirtualMFADevices": 5}


def test_figures_fit_into_the_page() -> None:
    assert "| Cores | 2 |" in replaced(FRAME, _page(), "page")
