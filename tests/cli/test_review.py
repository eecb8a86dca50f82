"""``mfa-association review`` as a workflow runs it: files in, files out, exit codes."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from mfa_association.cli import main
from tests.cli.conftest import ACCOUNT, TOKEN
from tests.review.golden import HERE, golden
from tests.review.make import facts, live, virtual
from tests.review.samples import ROSTER
from tests.support.terminal import Here

DELETE, UNCHANGED, FAILED, GAINS = (
    str(HERE / "previews" / f"{name}.json") for name in ("delete", "unchanged", "failed-program", "gains")
)


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without colours, and in no repository: its roster would be looked for."""
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([UNCHANGED], 0, ""),
        ([DELETE], 0, ""),
        ([DELETE, "--fail-on", "high"], 3, "the gate is closed: 2 findings are high or worse (--fail-on high)"),
        ([DELETE, "--fail-on", "never"], 0, ""),
        ([GAINS, "--fail-on", "high"], 0, ""),
        ([GAINS, "--fail-on", "high", "--author", "bob"], 3, "the gate is closed: 1 finding is high or worse"),
        ([GAINS, "--fail-on", "high", "--author", "bob", "--author=bot"], 3, "the gate is closed: 1 finding is high"),
        ([DELETE, "--max-removals", "2"], 0, ""),
        ([DELETE, "--max-removals", "1"], 3, "the gate is closed: 2 devices would be deactivated (--max-removals 1)"),
        ([DELETE, "--max-removals", "0", "--fail-on", "low"], 3, "2 devices would be deactivated"),
        ([FAILED], 1, "could not assess: the preview failed: Program failed"),
        ([FAILED, "--max-removals", "0"], 1, "could not assess"),
        ([UNCHANGED, "--exit-code", "255"], 1, "could not assess: the preview ended with exit code 255"),
        ([UNCHANGED, "--exit-code", "0"], 0, ""),
        (["missing.json"], 1, "reading the preview (missing.json): No such file or directory; nothing was assessed"),
        ([UNCHANGED, "--output", "no/such/folder"], 1, "writing the review (no/such/folder): No such file"),
        ([UNCHANGED, "--roster", DELETE], 1, "unknown field"),
    ],
)
def test_exit_codes(arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", *arguments]) == code
    error = capsys.readouterr().err
    assert said in error and bool(said) == bool(error)
    assert "Traceback" not in error


ATLANTIS = re.compile(r"[1-9][0-9]* failure")
"""What Atlantis looks for in the output of a policy check; older versions look for "fail" anywhere."""


@pytest.mark.parametrize("name", [path.stem for path in sorted((HERE / "previews").glob("*.json"))])
def test_atlantis_sees_whether_the_gate_is_closed(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["review", str(HERE / "previews" / f"{name}.json"), "--fail-on", "high", "--max-removals", "1"])
    text = capsys.readouterr().out
    closed = bool(code)
    assert (text.startswith("FAIL"), bool(ATLANTIS.search(text)), "fail" in text.lower()) == (closed, closed, closed)


def test_a_closed_gate_says_so_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", DELETE, "--fail-on", "high", "--max-removals", "1"]) == 3
    assert capsys.readouterr().out.startswith(
        "FAIL: 2 failures:\n- 2 findings are high or worse (--fail-on high)\n"
        "- 2 devices would be deactivated (--max-removals 1)\n\n3 users lose an MFA device"
    )


def test_the_configured_limit_closes_the_gate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(Path(DELETE).read_text())
    document["config"]["mfa:maxRemovals"] = "1"
    (tmp_path / "preview.json").write_text(json.dumps(document))
    assert main(["review", str(tmp_path / "preview.json")]) == 3
    assert "2 devices would be deactivated (the configuration allows 1 a run;" in capsys.readouterr().err
    assert main(["review", str(tmp_path / "preview.json"), "--max-removals", "2"]) == 0


@pytest.mark.parametrize("bad", [["--fail-on", "info"], ["--max-removals", "-1"], ["--exit-code", "x"]])
def test_a_bad_option_is_refused(bad: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["review", DELETE, *bad])
    assert caught.value.code == 2


@pytest.mark.parametrize(("form", "suffix"), [("markdown", "md"), ("json", "json")])
def test_the_forms(form: str, suffix: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    expected = golden("preview-delete", suffix).read_text()
    assert main(["review", DELETE, "--format", form]) == 0
    assert capsys.readouterr().out == expected
    assert main(["review", DELETE, "--format", form, "--output", str(tmp_path / "out")]) == 0
    assert (capsys.readouterr().out, (tmp_path / "out").read_text()) == ("", expected)


def test_a_preview_that_failed_is_told_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", FAILED, "--format", "markdown"]) == 1
    assert capsys.readouterr().out == golden("preview-failed-program", "md").read_text()


def test_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(Path(DELETE).read_bytes())))
    assert main(["review", "-", "--format", "markdown", "--key", "access/production"]) == 0
    assert capsys.readouterr().out.startswith("<!-- mfa-review access/production verdict=high -->\n")


def test_the_lines_of_both_rosters(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base, head = tmp_path / "base.yaml", tmp_path / "roster.yaml"
    base.write_text(ROSTER)
    head.write_text("users:\n  bob:\n    - GAHT12345678\n")
    arguments = ["--roster-base", str(base), "--roster", str(head), "--format", "json"]
    assert main(["review", DELETE, *arguments]) == 0
    losses = json.loads(capsys.readouterr().out)["losses"]
    assert {one["user_name"]: one["declared_at"]["line"] for one in losses} == {"alice": 4, "carol": 9, "dave": 11}
    assert {one["declared_at"]["file"] for one in losses} == {str(head)}


def test_a_faulty_roster_of_the_change_is_told_in_the_review(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "roster.yaml").write_text("users: [alice]\n")
    assert main(["review", DELETE, "--roster", str(tmp_path / "roster.yaml"), "--format", "markdown"]) == 1
    comment, said = capsys.readouterr()
    assert comment.startswith("<!-- mfa-review test/dev verdict=unassessed -->\n") and "roster.yaml" in comment
    assert said.startswith("mfa-association: could not assess: ") and "users: must be a mapping" in said


def test_a_faulty_roster_before_the_change_costs_its_lines_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "base.yaml").write_text("users: [alice]\n")
    assert main(["review", DELETE, "--roster-base", str(tmp_path / "base.yaml"), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["losses"][0]["declared_at"]["file"] == "__main__.py"


def test_a_repository_without_a_roster_before_the_change(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", DELETE, "--roster-base", str(tmp_path / "none.yaml"), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["losses"][0]["declared_at"]["file"] == "__main__.py"


def test_live_reads_are_asked_for_once_and_used(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[Any] = []
    module = ModuleType("mfa_association.review.live")

    def look(settings: Any, preview: Any, *, apply_as: str | None, **more: Any) -> Any:
        asked.append((preview.stack, settings.profile, apply_as))
        return live(facts("dave", (virtual("dave-phone"),), console_password=True, administrator="yes"))

    module.read_live = look  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "mfa_association.review.live", module)
    role = "arn:aws:iam::111122223333:role/apply"
    assert main(["review", DELETE, "--live", "--profile", "audit", "--apply-as", role, "--format", "json"]) == 3
    assert asked == [("test/dev", "audit", role)]
    assert json.loads(capsys.readouterr().out)["verdict"] == "critical"
    assert main(["review", FAILED, "--live"]) == 1
    assert len(asked) == 1, "nobody is asked about a preview that says nothing"


def test_the_whole_way_from_a_preview_to_what_aws_says(here: Here, tmp_path: Path) -> None:
    """bob's token is the only one, he has no password; carol keeps hers and is not asked about."""
    urn = "urn:pulumi:prod::mfa::pulumi-python:dynamic/iam:MfaDeviceAssociation::"
    outputs = {"serial_number": TOKEN, "user_name": "bob", "active": True, "account_id": ACCOUNT}
    step = {"op": "delete", "urn": f"{urn}{TOKEN}", "oldState": {"id": TOKEN, "outputs": outputs}}
    preview = tmp_path / "preview.json"
    preview.write_text(json.dumps({"steps": [step], "changeSummary": {"delete": 1}}))
    done = here.run("review", str(preview), "--live", "--format", "json")
    document = json.loads(done.stdout)
    (loss,) = document["losses"]
    assert (done.returncode, loss["user_name"], loss["devices_left"]["basis"]) == (0, "bob", "live")
    assert loss["console_password"]["answer"] == loss["administrator"]["answer"] == "no"
    assert document["live"]["checked_as"] and document["live"]["others_without_device"] == ["alice"]


@pytest.mark.long
def test_reading_a_preview_loads_neither_boto3_nor_pulumi() -> None:
    program = (
        "import sys; from mfa_association.cli import main; main(sys.argv[1:]);"
        "print(*sorted({'boto3', 'botocore', 'pulumi', 'grpc', 'github'} & sys.modules.keys()), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "review", DELETE, "--format", "markdown"], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "\n")


def test_a_terminal_gets_colour_and_a_pipe_none(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("NO_COLOR")
    main(["review", DELETE])
    assert "\x1b[" not in capsys.readouterr().out
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    main(["review", DELETE])
    assert "\x1b[31mhigh\x1b[0m" in capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    main(["review", DELETE])
    assert "\x1b[" not in capsys.readouterr().out
