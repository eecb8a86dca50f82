"""A report as SARIF 2.1.0, for code scanning: each finding on the line that causes it. Pure.

Sources: the OASIS standard (sections in brackets below), and what GitHub reads of it:
https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import quote

from mfa_association import __version__
from mfa_association.review.escape import key, spoken, visible
from mfa_association.review.findings import RISKS, Finding, Phrase, Report, Risk, resource_name, short
from mfa_association.review.model import SourceLocation

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_HOME = "https://github.com/mfa-association/mfa-association"
_HELP = f"{_HOME}/blob/main/docs/review.md#risks"

RULES: Final = {
    "removed": "A device is deactivated.",
    "replaced": "A device is deactivated, and another one takes its place.",
    "moved-away": "A device goes to another user.",
    "redeclared": "A device is removed and declared again.",
    "left-alone": "A device is declared no longer, and AWS is not called.",
    "user-deleted": "A user is deleted, with all devices.",
    "added": "A user gets a device.",
    "moved-here": "A user gets a device that another one had.",
    "seed-changed": "A device takes its codes from another seed.",
    "enabled-again": "A device is enabled again.",
    "guard-changed": "The guard of a last device is loosened.",
    "password-given": "A user without a device gets a console password.",
    "role-changed": "Another role is assumed.",
    "removal-deepened": "A removal takes the device itself away too.",
    "removal-spared": "A removal calls AWS no longer.",
    "protection-lifted": "A resource loses its protection.",
    "connection-changed": "AWS is reached by another configuration.",
    "endpoint-changed": "AWS is reached at another host, or its certificate is not checked.",
    "limit-raised": "More devices may be deactivated in one run.",
    "certification-loosened": "MFA devices need no certification any more, or a lesser one.",
    "uncertified": "A device is not certified as the roster demands.",
    "mfa-demand-lost": "A policy or a role demands MFA no longer.",
    "provider-added": "A provider is new.",
    "not-assessed": "Something could not be looked into.",
    "code-changed": "Code changed: it can do what no preview shows.",
    "code-runs": "A resource runs code: no preview shows what it does.",
    "run-stops": "The run would stop with an error.",
    "could-not-assess": "The review could not be made.",
}
"""What each rule finds, by its id: the kinds of findings and changes, and what has no kind."""
_Level = Literal["error", "warning", "note"]
_LEVELS: dict[Risk, _Level] = {"critical": "error", "high": "error", "medium": "warning", "low": "note", "info": "note"}
_STEP = 100 // (len(RISKS) - 1)


@dataclass(frozen=True)
class _Result:
    """``subject``: what it is about, whatever its line and its risk are; it makes the fingerprint."""

    rule: str
    text: str
    subject: tuple[str, ...]
    place: SourceLocation | None
    address: str = ""
    risk: Risk | None = None
    level: _Level = "note"


def to_sarif(report: Report, usual_file: str = "roster.yaml") -> str:
    """One run of one tool. ``usual_file``: the file of this repository that a finding without a place is shown in."""
    results = list(_results(report))
    used = [rule for rule in RULES if any(one.rule == rule for one in results)]
    seen: Counter[str] = Counter()
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "mfa-association",
                "semanticVersion": __version__,
                "informationUri": _HOME,
                "rules": [_rule(rule) for rule in used],
            }
        },
        # [3.17.3] What stands before the last slash tells the stacks apart, so that one does not close another's alerts.
        "automationDetails": {"id": f"mfa-review/{key(report.stack)}/"},
        "invocations": [{"executionSuccessful": report.failure is None}],
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, used, usual_file, seen) for one in results],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1) + "\n"


def _results(report: Report) -> Iterator[_Result]:
    if report.failure is not None:
        # A run without results would close every alert.
        text = f"Could not assess who loses an MFA device: {visible(report.failure, 300)}"
        yield _Result("could-not-assess", text, ("could-not-assess",), None, level="error")
        return
    for finding in (*report.losses, *report.gains):
        yield _of_finding(finding)
    for change in report.changes:
        text = f"{visible(resource_name(change.address))} {spoken(change.what)}"
        yield _rated(change.kind, text, (change.address,), change.place, change.address, change.risk)
    for file in report.files:
        text = f"{visible(file)} changed: code can do what no preview shows"
        yield _rated("code-changed", text, (file,), SourceLocation(file), "", report.code_risk or "info")
    for address in report.code:
        text = f"{visible(resource_name(address))} runs code: no preview shows what it does"
        yield _rated("code-runs", text, (address,), None, address, report.code_risk or "info")
    for address, cause in report.live.predicted_failures if report.live else ():
        text = f"{visible(resource_name(address))} would stop the run: {visible(cause, 300)}"
        yield _Result("run-stops", text, (address,), None, address, level="warning")


def _of_finding(finding: Finding) -> _Result:
    device = visible(short(finding.serial_number)) if finding.serial_number else "no device that is known yet"
    if finding.kind == "user-deleted":
        device = "all devices"
    what: Phrase = (*finding.what, ": ", *finding.why) if finding.why else finding.what
    text = f"{visible(finding.who)}, {device}: {spoken(what)}"
    holder = finding.holder.key if finding.holder else ("", "")
    subject = (finding.address, *holder, (finding.serial_number or "").lower())
    return _rated(finding.kind, text, subject, finding.place, finding.address, finding.risk)


def _rated(
    rule: str, text: str, subject: tuple[str, ...], place: SourceLocation | None, address: str, risk: Risk
) -> _Result:
    return _Result(rule, f"{risk.capitalize()}: {text}", subject, place, address, risk, _LEVELS[risk])


def _rule(rule: str) -> dict[str, Any]:
    return {
        "id": rule,
        "name": "".join(word.capitalize() for word in rule.split("-")),
        "shortDescription": {"text": RULES[rule]},
        "helpUri": _HELP,
    }


def _result(one: _Result, used: list[str], usual_file: str, seen: Counter[str]) -> dict[str, Any]:
    digest = hashlib.sha256("\0".join((one.rule, *one.subject)).encode("utf-8", "backslashreplace")).hexdigest()[:32]
    seen[digest] += 1
    place = one.place or SourceLocation(usual_file)
    # GitHub shows nothing that has no line.
    region = {"startLine": place.line or 1}
    location: dict[str, Any] = {"physicalLocation": {"artifactLocation": _artifact(place.file), "region": region}}
    if one.address:
        location["logicalLocations"] = [{"fullyQualifiedName": one.address, "kind": "resource"}]
    properties = {"properties": {"risk": one.risk}} if one.risk else {}
    rank = {"rank": float(100 - _STEP * RISKS.index(one.risk))} if one.risk else {}
    return {
        "ruleId": one.rule,
        "ruleIndex": used.index(one.rule),
        "level": one.level,
        **rank,
        "message": {"text": _message(one.text)},
        "locations": [location],
        # The name that GitHub looks for; without it, it takes the text of the line, and an alert would not outlive a move.
        "partialFingerprints": {"primaryLocationLineHash": f"{digest}:{seen[digest]}"},
        **properties,
    }


def _artifact(file: str) -> dict[str, str]:
    path = quote(file.replace("\\", "/"), errors="backslashreplace")
    return {"uri": f"file://{path}"} if path.startswith("/") else {"uri": path, "uriBaseId": "%SRCROOT%"}


def _message(text: str) -> str:
    """[3.11.5, 3.11.6] Braces would be placeholders, brackets links; backslashes are doubled already."""
    return text.replace("[", "\\[").replace("]", "\\]").replace("{", "{{").replace("}", "}}")
