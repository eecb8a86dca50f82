"""What the roster requires devices to be certified for, held against what a change gives."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from mfa_association.cli import main
from mfa_association.review.certification import of_requirement
from mfa_association.review.classify import Context, classify
from mfa_association.review.facts import Live, NotChecked
from mfa_association.review.findings import plain
from mfa_association.review.model import Preview
from tests.review.live.stage import adds, preview, removes
from tests.support.company import KEY, MEMBER, PHONE, ROOT_PHONE, TOKEN

UNCHANGED = Path(__file__).parent / "previews" / "unchanged.json"
LIVE = Live("arn:aws:iam::111122223333:role/review")
FIPS = (("FIDO", "L1"), ("FIPS-140-2", "L2"))


def said(of: Preview, required: str | None, live: Live | None = None) -> list[tuple[str, str]]:
    report = classify(of, Context(live, required=required))
    return [(one.risk, plain(one.what)) for one in report.changes if one.kind == "uncertified"]


@pytest.mark.parametrize(
    ("serial", "required", "told", "risk", "words", "reason"),
    [
        (KEY, "FIPS-140", FIPS, "", "", "it has it"),
        (KEY, None, None, "", "", "nothing is required"),
        (KEY, "FIPS-140-3", FIPS, "medium", "the key is certified for FIDO L1, FIPS-140-2 L2", "another edition"),
        (KEY, "FIDO", (), "medium", "the key is certified for nothing", "no certification at all"),
        (
            KEY,
            "FIDO",
            NotChecked("denied: iam:GetMFADevice"),
            "low",
            "not checked (denied: iam:GetMFADevice)",
            "denied",
        ),
        (PHONE, "FIDO", None, "medium", "a virtual device is certified for nothing", "a phone cannot be"),
        (TOKEN, "FIDO", None, "medium", "a hardware device is certified for nothing", "nor a token"),
    ],
)
def test_a_device_that_is_added(
    serial: str, required: str | None, told: object, risk: str, words: str, reason: str
) -> None:
    live = LIVE if told is None else replace(LIVE, certifications=((serial.lower(), told),))  # type: ignore[arg-type]
    found = said(preview(adds("carol", serial)), required, live)
    wanted = [(risk, f"is declared, and the roster requires {required}: {words}")] if risk else []
    assert found == wanted, reason


def test_without_a_look_at_aws_a_key_is_not_checked() -> None:
    assert said(preview(adds("carol", KEY)), "FIDO") == [
        ("low", "is declared, and the roster requires FIDO: not checked (AWS was not asked)")
    ]


def test_what_goes_and_what_is_roots_is_not_asked_for() -> None:
    assert said(preview(removes("alice", PHONE)), "FIDO") == []
    assert said(preview(adds(None, ROOT_PHONE, root=MEMBER)), "FIDO") == []


@pytest.mark.parametrize(
    ("before", "after", "now", "reason"),
    [
        (None, "FIDO", "", "a new requirement makes nothing weaker"),
        ("FIDO", "FIDO", "", "as before"),
        ("FIPS-140", "FIPS-140-3", "", "one of the two is stricter than either"),
        ("FIPS-140-3", "FIPS-140", "requires FIPS-140", "either is weaker than one"),
        ("FIPS-140-3", "FIPS-140-2", "requires FIPS-140-2", "another"),
        ("FIPS-140-3", None, "requires nothing any more", "taken back"),
    ],
)
def test_a_requirement_that_is_loosened(before: str | None, after: str | None, now: str, reason: str) -> None:
    found = [(one.risk, plain(one.what)) for one in of_requirement(before, after)]
    words = f"required certification for {before} of MFA devices, and {now}"
    assert found == ([("medium", words)] if now else []), reason


def test_the_gate_closes_on_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    before = f"defaults: {{require_certification: FIDO}}\nusers:\n  alice:\n    - {PHONE}\n"
    Path("before.yaml").write_text(before)
    Path("roster.yaml").write_text(f"users:\n  alice:\n    - {PHONE}\n")
    shutil.copy(UNCHANGED, "preview.json")
    rosters = ["--roster", "roster.yaml", "--roster-base", "before.yaml"]
    assert main(["review", "preview.json", *rosters, "--fail-on", "medium"]) == 3
    assert (
        "the roster required certification for FIDO of MFA devices, and requires nothing any more"
        in capsys.readouterr().out
    )
    Path("roster.yaml").write_text(before)
    assert main(["review", "preview.json", *rosters, "--fail-on", "medium"]) == 0
