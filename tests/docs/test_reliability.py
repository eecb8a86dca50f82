"""docs/reliability.md lists every fault that is tried, in the form that the test run writes."""

from __future__ import annotations

import pytest

from tests.e2e.faults.cases import BOUNDARIES, CASES, OTHERS
from tests.e2e.faults.table import BEGIN, DOCUMENT, END, parse, render

ENDS = parse(DOCUMENT.read_text())


def test_every_case_is_in_the_document() -> None:
    assert set(ENDS) == CASES


def test_the_document_is_what_the_run_would_write() -> None:
    text = DOCUMENT.read_text()
    assert f"{BEGIN}{text.partition(BEGIN)[2].partition(END)[0]}{END}" == render(ENDS)


@pytest.mark.long
def test_an_end_that_differs_by_one_case_shows() -> None:
    for case in CASES:
        other = {**ENDS, case: "another end"}
        assert parse(render(other)) == other, case


def test_cases_are_listed_once() -> None:
    assert len(CASES) == len(BOUNDARIES + OTHERS)
