"""Every captured preview and plan gives the comment, the JSON and the text beside it; the JSON is as its schema says."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from types import FrameType
from typing import Any

import jsonschema
import pytest

from mfa_association.review.findings import Report

from .golden import FORMATS, HERE, SHOWN, golden, kept, reports

REPORTS = reports()
PACKAGE = str(Path(str(files("mfa_association"))) / "review")


@pytest.fixture(scope="module")
def schema() -> Any:
    """The schema as an installed package hands it out."""
    found = json.loads((files("mfa_association") / "review.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(found)
    return jsonschema.Draft202012Validator(found)


@pytest.mark.parametrize(("name", "suffix"), kept(REPORTS))
def test_as_the_golden_file_has_it(name: str, suffix: str) -> None:
    assert FORMATS[suffix](REPORTS[name]) == golden(name, suffix).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", REPORTS)
def test_the_json_is_as_its_schema_says(name: str, schema: Any) -> None:
    schema.validate(json.loads(FORMATS["json"](REPORTS[name])))


def test_the_schema_refuses_what_it_does_not_know(schema: Any) -> None:
    document = json.loads(FORMATS["json"](REPORTS["sample-losses"]))
    for change in ({"verdict": "fine"}, {"more": 1}, {"version": 2}):
        assert not schema.is_valid({**document, **change})
    document["losses"][0]["risk"] = "none"
    assert not schema.is_valid(document)


def test_no_golden_file_is_left_over() -> None:
    found = {path.name for path in (HERE / "golden").iterdir()}
    assert found == {f"{name}.{suffix}" for name, suffix in kept(REPORTS)}


@pytest.mark.long
@pytest.mark.parametrize("suffix", SHOWN)
def test_those_that_are_shown_take_every_way_that_any_takes(suffix: str) -> None:
    ways = {name: _ways(FORMATS[suffix], report) for name, report in REPORTS.items()}
    shown = set().union(*(ways[name] for name in SHOWN[suffix]))
    assert {name: new for name in REPORTS if (new := ways[name] - shown)} == {}, "show one of these too"


def _ways(write: Callable[[Report], str], report: Report) -> set[tuple[str, int, int]]:
    """The steps from line to line of the package that writing a report takes."""
    ways: set[tuple[str, int, int]] = set()

    def trace(frame: FrameType, event: str, arg: object) -> Any:
        file, before = frame.f_code.co_filename, frame.f_lineno

        def step(frame: FrameType, event: str, arg: object) -> Any:
            nonlocal before
            if event == "line":
                ways.add((file, before, frame.f_lineno))
                before = frame.f_lineno
            return step

        return step if file.startswith(PACKAGE) else None

    outer = sys.gettrace()
    sys.settrace(trace)
    try:
        write(report)
    finally:
        sys.settrace(outer)
    return ways


def test_fixtures_hold_no_path_of_the_machine_they_were_made_on() -> None:
    for path in (path for folder in ("previews", "plans", "exports") for path in (HERE / folder).glob("*.json")):
        text = path.read_text(encoding="utf-8")
        assert not [word for word in ("/home/", "/root/", "/tmp/", "/usr/", "/Users/") if word in text], path.name
