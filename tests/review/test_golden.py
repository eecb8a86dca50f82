"""Every captured preview and plan gives the comment, the JSON and the text beside it; the JSON is as its schema says."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import jsonschema
import pytest

from .golden import FORMATS, HERE, golden, reports

REPORTS = reports()


@pytest.fixture(scope="module")
def schema() -> Any:
    """The schema as an installed package hands it out."""
    found = json.loads((files("mfa_association") / "review.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(found)
    return jsonschema.Draft202012Validator(found)


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("suffix", FORMATS)
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
    kept = {path.name for path in (HERE / "golden").iterdir()}
    assert kept == {f"{name}.{suffix}" for name in REPORTS for suffix in FORMATS}


def test_fixtures_hold_no_path_of_the_machine_they_were_made_on() -> None:
    for path in (path for folder in ("previews", "plans", "exports") for path in (HERE / folder).glob("*.json")):
        text = path.read_text(encoding="utf-8")
        assert not [word for word in ("/home/", "/root/", "/tmp/", "/usr/", "/Users/") if word in text], path.name
