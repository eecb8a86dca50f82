"""A review as SARIF: as the standard's schema says, on the roster's line, and nothing in it is obeyed."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import jsonschema
import pytest

from mfa_association.cli import main
from mfa_association.review.findings import RISKS, FindingKind, Name, Report
from mfa_association.review.model import Change, ChangeKind, SourceLocation
from mfa_association.review.sarif import RULES, to_sarif

from .golden import reports
from .samples import PREVIEWS, ROSTER

REPORTS = reports()
SCHEMA = json.loads((Path(__file__).parents[1] / "schemas" / "sarif-2.1.0.json").read_text(encoding="utf-8"))
LOSSES = REPORTS["sample-losses"]
HOSTILE = "x](https://evil.invalid) [click](javascript:1) {0} \\[\n@all\x1b[31m"


def run(report: Report) -> dict[str, Any]:
    """The only run of a report."""
    (found,) = json.loads(to_sarif(report))["runs"]
    return found  # type: ignore[no-any-return]


def results(report: Report) -> list[dict[str, Any]]:
    return run(report)["results"]  # type: ignore[no-any-return]


def prints(report: Report) -> list[str]:
    return [one["partialFingerprints"]["primaryLocationLineHash"] for one in results(report)]


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_is_as_the_schema_says_and_as_github_needs_it(name: str) -> None:
    jsonschema.Draft4Validator(SCHEMA).validate(json.loads(to_sarif(REPORTS[name])))
    found = run(REPORTS[name])
    rules = [one["id"] for one in found["tool"]["driver"]["rules"]]
    for one in found["results"]:
        (location,) = one["locations"]
        place = location["physicalLocation"]
        assert place["region"]["startLine"] >= 1
        assert not re.match(r"/|\w+:", place["artifactLocation"]["uri"])
        assert rules[one["ruleIndex"]] == one["ruleId"]
    assert {one["ruleId"] for one in found["results"]} == set(rules)
    assert len(set(prints(REPORTS[name]))) == len(found["results"])


def test_the_schema_refuses_what_it_does_not_know() -> None:
    document = json.loads(to_sarif(LOSSES))
    document["runs"][0]["results"][0]["level"] = "critical"
    assert not jsonschema.Draft4Validator(SCHEMA).is_valid(document)


def test_every_kind_has_a_rule() -> None:
    kinds = {*get_args(FindingKind), *get_args(ChangeKind)}
    assert set(RULES) - kinds == {"code-changed", "code-runs", "run-stops", "could-not-assess"}
    assert kinds <= set(RULES)


def test_a_finding_stands_on_its_line_of_the_roster_with_its_risk() -> None:
    lines = ROSTER.splitlines()
    shown = []
    for one in results(LOSSES):
        place = one["locations"][0]["physicalLocation"]
        line = lines[place["region"]["startLine"] - 1].strip("- ").rpartition("/")[2]
        shown.append((one["ruleId"], one["level"], one["rank"], place["artifactLocation"]["uri"], line))
    assert shown == [
        ("removed", "error", 100.0, "roster.yaml", "dave-phone"),
        ("removed", "warning", 50.0, "roster.yaml", "yubikey-EXAMPLE"),
        ("removed", "note", 25.0, "roster.yaml", "alice-phone"),
    ]


@pytest.mark.parametrize(
    ("risk", "level"), [*zip(RISKS, ("error", "error", "warning", "note", "note"), strict=True)], ids=RISKS
)
def test_the_level_is_by_risk(risk: Any, level: str) -> None:
    finding = replace(LOSSES.losses[0], risk=risk)
    (one,) = results(replace(LOSSES, losses=(finding,)))
    assert (one["level"], one["properties"]) == (level, {"risk": risk})
    assert one["message"]["text"].startswith(f"{risk.capitalize()}: dave, mfa/dave-phone: deactivated: ")


def test_an_alert_outlives_another_line_and_another_risk() -> None:
    moved = [replace(one, place=SourceLocation("other.yaml", 99), risk="info") for one in LOSSES.losses]
    assert prints(replace(LOSSES, losses=tuple(moved))) == prints(LOSSES)


@pytest.mark.parametrize("change", ["serial_number", "address", "kind"])
def test_another_subject_is_another_alert(change: str) -> None:
    values: dict[str, Any] = {"serial_number": "GAHT9", "address": "x", "kind": "replaced"}
    other = replace(LOSSES.losses[0], **{change: values[change]})
    assert prints(replace(LOSSES, losses=(other,))) != prints(replace(LOSSES, losses=LOSSES.losses[:1]))


def test_what_could_not_be_assessed_closes_no_alert() -> None:
    """Code scanning takes a run without results for one that found all mended."""
    found = run(REPORTS["sample-failed"])
    (one,) = found["results"]
    assert (one["ruleId"], one["level"]) == ("could-not-assess", "error")
    assert found["invocations"] == [{"executionSuccessful": False}]


def test_stacks_do_not_close_each_others_alerts() -> None:
    ids = [run(replace(LOSSES, stack=stack))["automationDetails"]["id"] for stack in ("mfa/prod", "mfa/prod/eu")]
    assert ids == ["mfa-review/mfa/prod/", "mfa-review/mfa/prod/eu/"]


def test_code_stands_in_its_file_and_is_as_bad_as_asked() -> None:
    report = Report("pulumi", "prod", files=("a b/__main__.py", "x\ud800.py"), code=("urn:1::2::3::hook",))
    document = json.loads(to_sarif(report, "rosters/prod.yaml"))
    shown = [
        (one["ruleId"], one["level"], one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])
        for one in document["runs"][0]["results"]
    ]
    assert shown == [
        ("code-changed", "note", "a%20b/__main__.py"),
        ("code-changed", "note", "x%5Cud800.py"),
        ("code-runs", "note", "rosters/prod.yaml"),
    ]
    assert {one["level"] for one in results(replace(report, code_risk="high"))} == {"error"}


def test_a_file_elsewhere_is_named_as_what_it_is() -> None:
    (one, *_) = json.loads(to_sarif(REPORTS["plan-real-delete"], "/etc/roster.yaml"))["runs"][0]["results"]
    assert one["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "file:///etc/roster.yaml"}


def test_a_name_is_no_link_no_placeholder_and_no_line() -> None:
    change = Change("provider-added", "low", HOSTILE, ("is called ", Name(HOSTILE)))
    (one,) = results(replace(LOSSES, losses=(), changes=(change,)))
    text = one["message"]["text"]
    assert text.isprintable()
    assert re.search(r"(?<!\\)(?:\\\\)*[\[\]]", text) is None
    assert re.search(r"(?<!\{)(?:\{\{)*\{\d", text) is None


def test_the_command_writes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("base.yaml").write_text(ROSTER)
    rosters = ["--roster", "./live//roster.yaml", "--roster-base", "base.yaml"]
    arguments = ["review", str(PREVIEWS / "delete.json"), *rosters, "--format", "sarif", "--output", "review.sarif"]
    assert main([*arguments, "--fail-on", "never"]) == 0
    document = json.loads(Path("review.sarif").read_text())
    jsonschema.Draft4Validator(SCHEMA).validate(document)
    places = [one["locations"][0]["physicalLocation"] for one in document["runs"][0]["results"]]
    assert {one["artifactLocation"]["uri"] for one in places} == {"live/roster.yaml"}
    assert {4, 9, 11} <= {one["region"]["startLine"] for one in places}
