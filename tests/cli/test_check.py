"""`mfa-association check`: faults by line, without a network."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from pre_commit.clientlib import load_manifest  # type: ignore[import-untyped]

from mfa_association import roster
from mfa_association.cli.annotations import annotation
from mfa_association.cli.command_line import run

ROOT = Path(__file__).parents[2]

GOOD = "users:\n  alice:\n    - GAHT12345678\n"
ODD = "users:\n  alice:\n    - alice-phone\n"
BAD = "users:\n  alice:\n    - short\n  ALICE:\n    - GAHT12345678\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_good_roster_is_counted(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "roster.yaml").write_text(GOOD)
    assert run(["check"]) == 0
    assert capsys.readouterr() == ("roster.yaml: 1 device, no fault\n", "")


def test_every_fault_of_every_roster_is_shown(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "good.yaml").write_text(GOOD)
    (here / "bad.yaml").write_text(BAD)
    assert run(["check", "bad.yaml", "good.yaml", "missing.yaml"]) == 1
    told = capsys.readouterr()
    assert told.out == "good.yaml: 1 device, no fault\n"
    assert [line.partition(" ")[0] for line in told.err.splitlines()] == [
        "bad.yaml:3:",
        "bad.yaml:4:",
        "missing.yaml:",
    ]


def test_a_warning_is_shown_and_no_fault(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "roster.yaml").write_text(ODD)
    assert run(["check"]) == 0
    told = capsys.readouterr()
    assert told.out == "roster.yaml: 1 device, no fault\n"
    assert told.err.startswith(
        "roster.yaml:3: warning: 'alice-phone' is taken for the serial number of a hardware token"
    )


def test_github_shows_each_at_its_line(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "bad.yaml").write_text(BAD)
    (here / "odd, a:b.yaml").write_text(ODD)
    assert run(["check", "--format", "github", "bad.yaml", "odd, a:b.yaml", "missing.yaml"]) == 1
    told = capsys.readouterr()
    assert told.err == ""
    assert told.out.splitlines() == [
        "odd, a:b.yaml: 1 device, no fault",
        "::error title=MFA roster,file=bad.yaml,line=3::users.alice[0].serial_number 'short': must be 9 to 256 characters"
        " long, not 5",
        "::error title=MFA roster,file=bad.yaml,line=4::users 'ALICE': is 'alice' in another case; IAM holds them equal"
        " (first on line 2)",
        "::warning title=MFA roster,file=odd%2C a%3Ab.yaml,line=3::'alice-phone' is taken for the serial number of a"
        " hardware token, and looks like a virtual device's name: if it is one, write its ARN,"
        " arn:aws:iam::ACCOUNT:mfa/alice-phone",
        "::error title=MFA roster,file=missing.yaml::the file cannot be read: No such file or directory",
    ]


@pytest.mark.parametrize(
    ("text", "escaped", "reason"),
    [
        ("a, b: c", "a, b: c", "as it is"),
        ("100%", "100%25", "what escapes"),
        ("%0A", "%250A", "what would be a line break"),
        ("one\r\n::error::two", "one%0D%0A::error::two", "no second command"),
    ],
)
def test_no_text_is_a_command_of_its_own(text: str, escaped: str, reason: str) -> None:
    assert annotation("error", text, file="a.yaml") == f"::error file=a.yaml::{escaped}", reason
    both = escaped.replace(":", "%3A").replace(",", "%2C")
    assert annotation("error", "x", file=text) == f"::error file={both}::x", reason


def test_the_schema_is_printed_as_it_is_shipped(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["$id"] == roster.SCHEMA_URL
    assert (ROOT / roster.SCHEMA_URL.partition("/main/")[2]).read_text() == roster.schema()


HOOKS = load_manifest(str(ROOT / ".pre-commit-hooks.yaml"))


@pytest.mark.parametrize(
    ("name", "checked"),
    [
        ("roster.yaml", True), ("infra/roster.prod.yml", True), ("rosters/111122223333.yaml", True),
        ("Pulumi.yaml", False), ("rosters.yaml.j2", False), ("rosters/old/1.yaml", False), ("myroster.yaml", False),
    ],
)  # fmt: skip
def test_the_hook_is_run_for_rosters(name: str, checked: bool) -> None:
    """The manifest has passed pre-commit's own schema by now."""
    (hook,) = HOOKS
    assert (re.search(hook["files"], name) is not None, hook["types"]) == (checked, ["yaml"])


def test_the_hook_is_a_command_that_takes_files(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (hook,) = HOOKS
    program, *arguments = shlex.split(hook["entry"])
    (here / "bad.yaml").write_text(BAD)
    assert (program, hook["pass_filenames"]) == ("mfa-association", True)
    assert run([*arguments, "bad.yaml"]) == 1
