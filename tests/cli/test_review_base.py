"""``mfa-association review --base``: which files a change touches, asked of a real git."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from mfa_association.cli import main
from tests.review.golden import HERE

UNCHANGED = str(HERE / "previews" / "unchanged.json")
DELETE = str(HERE / "previews" / "delete.json")
ROSTER = "users:\n  bob: [GAHT12345678]\n"


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a program and a roster on `main`, and a branch that is checked out."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "__main__.py").write_text("")
    (tmp_path / "roster.yaml").write_text(ROSTER)
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "a")
    git(tmp_path, "checkout", "-q", "-b", "change")
    return tmp_path


def commit(repository: Path, **files: str) -> None:
    for name, text in files.items():
        (repository / name.replace("__dot__", ".")).write_text(text)
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "b")


def test_a_changed_program_is_named(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commit(repository, __main____dot__py="import boto3\n", roster__dot__yaml=ROSTER + "  carol: [GAHT87654321]\n")
    assert main(["review", UNCHANGED, "--base", "main", "--roster", "roster.yaml"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "No MFA device is removed.",
        "__main__.py changed: code can do what no preview shows",
    ]
    assert main(["review", UNCHANGED, "--base", "main", "--format", "markdown"]) == 0
    assert "`__main__.py` changed: code can do what no preview shows.\n" in capsys.readouterr().out


def test_the_gate_closes_on_code_where_that_is_wanted(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commit(repository, __main____dot__py="import boto3\n")
    usual = ["review", UNCHANGED, "--base", "main", "--fail-on", "high"]
    assert main(usual) == 0
    assert main([*usual, "--code-risk", "medium"]) == 0
    capsys.readouterr()
    assert main([*usual, "--code-risk", "high"]) == 3
    assert capsys.readouterr().out.startswith("FAIL: 1 failure:\n- 1 finding is high or worse (--fail-on high)\n\n")


def test_rosters_are_no_code(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commit(repository, team__dot__yaml=ROSTER)
    assert main(["review", UNCHANGED, "--base", "main", "--code-risk", "critical"]) == 0
    assert capsys.readouterr().out == "No MFA device is removed.\n"


def test_what_is_no_roster_before_or_after_is_named(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commit(repository, team__dot__yaml="runtime: python\n")
    assert main(["review", UNCHANGED, "--base", "main"]) == 0
    assert "team.yaml changed" in capsys.readouterr().out


def test_what_the_base_changed_meanwhile_is_not_this_change(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git(repository, "checkout", "-q", "main")
    commit(repository, other__dot__py="")
    git(repository, "checkout", "-q", "change")
    assert main(["review", UNCHANGED, "--base", "main"]) == 0
    assert capsys.readouterr().out == "No MFA device is removed.\n"


def test_many_files_are_counted(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commit(repository, **{f"a{number}__dot__py": "" for number in range(23)})
    assert main(["review", UNCHANGED, "--base", "main"]) == 0
    assert "a6.py and 3 other files changed: " in capsys.readouterr().out


@pytest.mark.parametrize("base", ["nobody", "--output=x", ""])
def test_a_base_that_git_does_not_know_is_no_review(
    repository: Path, base: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["review", UNCHANGED, f"--base={base}", "--format", "markdown"]) == 1
    out, said = capsys.readouterr()
    assert "verdict=unassessed" in out and "fetch-depth: 0" in out
    assert said.startswith("mfa-association: could not assess: looking for the files that changed since ")
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("before", "after", "code", "reason"),
    [
        ("config:\n  mfa:maxRemovals: 1\n", "config:\n  mfa:maxRemovals: 99\n", 3, "raised by the change that removes"),
        ("config:\n  mfa:maxRemovals:\n    value: 1\n", "config: {}\n", 3, "lifted"),
        ("config:\n  mfa:maxRemovals: 99\n", "config:\n  mfa:maxRemovals: 98\n", 0, "lowered"),
    ],
)
def test_the_limit_before_the_change_holds(
    repository: Path,
    tmp_path: Path,
    before: str,
    after: str,
    code: int,
    reason: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    document = json.loads(Path(DELETE).read_text())
    if found := re.search("9[89]", after):
        document["config"]["mfa:maxRemovals"] = found[0]
    (repository / "Pulumi.prod.yaml").write_text(before)
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "c")
    (tmp_path / "Pulumi.prod.yaml").write_text(after)
    (tmp_path / "preview.json").write_text(json.dumps(document))
    assert main(["review", "preview.json", "--base", "HEAD"]) == code, reason
    assert ("raises the limit of removals" in capsys.readouterr().out) is (code == 3)
