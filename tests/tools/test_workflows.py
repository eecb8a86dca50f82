"""What `make lint` says of workflows: every one is looked at, what is found is red, and what cannot look says so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import judges
import pytest
import workflows
from kept import Program
from running import CommandFailed

ROOT = Path(workflows.__file__).parents[1]
GOOD = """\
name: good
on: push
permissions: {}
jobs:
  one:
    name: one
    runs-on: ubuntu-24.04
    steps:
      - run: "true"
"""
# Anybody's title would run as a command.
INJECTED = GOOD.replace("push", "pull_request").replace('"true"', "echo ${{ github.event.pull_request.title }}")


def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int = 0) -> Path:
    """Put a stand-in where actionlint is kept; what it was called with."""
    monkeypatch.setenv("MFA_ASSOCIATION_CACHE", str(tmp_path / "cache"))
    program = judges.ACTIONLINT.folder / "bin" / "actionlint"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\necho "$@" >> "{tmp_path}/called"\nexit {code}\n')
    program.chmod(0o755)
    return tmp_path / "called"


def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """A repo with one workflow."""
    (tmp_path / ".github" / "workflows").mkdir(parents=True)
    (tmp_path / ".github" / "workflows" / "one.yml").write_text(text)
    monkeypatch.setattr(workflows, "ROOT", tmp_path)


@pytest.mark.long
def test_every_workflow_of_the_repo_is_checked() -> None:
    left_out = {".venv", "build", "dist", ".demo"}
    found = [path.relative_to(ROOT) for path in ROOT.rglob("*.y*ml") if re.search(r"^jobs:", path.read_text(), re.M)]
    assert workflows.workflows() == sorted(str(path) for path in found if not left_out & set(path.parts))
    assert "examples/github/pulumi.yml" in workflows.workflows()


@pytest.mark.long
@pytest.mark.parametrize(
    ("text", "code", "ends", "reason"),
    [
        (GOOD, 0, 0, "nothing to say"),
        (GOOD, 1, 1, "actionlint finds something"),
        (INJECTED, 0, 1, "zizmor finds something"),
        (INJECTED, 1, 1, "both do"),
    ],
)
def test_what_is_found_is_red(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, code: int, ends: int, reason: str
) -> None:
    repo(tmp_path, monkeypatch, text)
    called = stand_in(tmp_path, monkeypatch, code)
    assert workflows.main() == ends, reason
    arguments = called.read_text().strip()
    assert arguments.startswith("-no-color -shellcheck= -pyflakes= -ignore property ")
    assert arguments.endswith(" .github/workflows/one.yml")


def test_zizmor_looks_at_files_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[list[str]] = []

    def run(command: Sequence[str | Path], folder: Path | None = None) -> int:
        commands.append([str(part) for part in command])
        return 0

    monkeypatch.setattr(workflows, "_run", run)
    workflows._zizmor(["one.yml"])
    assert commands[0][1:] == ["--offline", "--quiet", "--no-progress", "one.yml"]


@pytest.mark.parametrize(("ci", "ends"), [("true", 1), ("", 0)])
def test_where_actionlint_cannot_be_had_it_says_so_and_ci_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], ci: str, ends: int
) -> None:
    def no_go(folder: Path) -> None:
        raise CommandFailed("Go is not installed")

    repo(tmp_path, monkeypatch, GOOD)
    monkeypatch.setenv("CI", ci)
    monkeypatch.setenv("MFA_ASSOCIATION_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(workflows, "ACTIONLINT", replace(judges.ACTIONLINT, sources=(no_go,), look=False))
    assert workflows.main() == ends
    told = capfd.readouterr().err
    assert re.search(r"^Workflows were not checked with actionlint\. .*install Go \d+\.\d+\.\d+ or newer", told, re.M)


def test_a_workflow_that_an_example_calls_is_looked_for_in_the_example(
    actionlint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """With the real one: an example is a repository of its own once it is copied."""
    called = "    uses: ./.github/workflows/"
    calls = GOOD.replace("    runs-on: ubuntu-24.04\n", "").partition("    steps:")[0] + called
    folder = tmp_path / "examples" / "one" / ".github" / "workflows"
    folder.mkdir(parents=True)
    (folder / "called.yml").write_text(GOOD.replace("on: push", "on: workflow_call"))
    monkeypatch.setattr(workflows, "ROOT", tmp_path)
    for name, ends in (("called.yml", 0), ("missing.yml", 1)):
        (folder / "calls.yml").write_text(f"{calls}{name}\n")
        assert workflows._actionlint(workflows.workflows()) == ends, capfd.readouterr()


@pytest.mark.parametrize("says", ["exit 1", "echo 1.7.11", "echo v9.9.9", ":"])
def test_an_actionlint_that_would_find_other_things_is_passed_over(tmp_path: Path, says: str) -> None:
    (tmp_path / "actionlint").write_text(f"#!/bin/sh\n{says}\n")
    (tmp_path / "actionlint").chmod(0o755)
    assert judges.ACTIONLINT.fault(tmp_path / "actionlint")


@pytest.mark.parametrize("judge", [judges.ACTIONLINT, judges.H2SPEC, judges.TFPLUGINDOCS], ids=lambda judge: judge.name)
def test_the_version_is_the_one_that_the_module_pins(judge: Program) -> None:
    module = "terraform-plugin-docs" if judge is judges.TFPLUGINDOCS else judge.name
    pinned = re.findall(rf"/{module} v([\d.]+)", (judges.HERE / judge.name / "go.mod").read_text())
    assert pinned == [judge.version]


@pytest.mark.parametrize(
    ("answer", "fault"),
    [("echo 1.7.12", None), ("echo v1.7.12", None), ("echo 1.7.13", "it is not 1.7.12"),
     ("exit 1", "it does not tell its version")],
)  # fmt: skip
def test_another_version_does_not_judge(tmp_path: Path, answer: str, fault: str | None) -> None:
    (tmp_path / "actionlint").write_text(f"#!/bin/sh\n{answer}\n")
    (tmp_path / "actionlint").chmod(0o755)
    assert judges.ACTIONLINT.fault(tmp_path / "actionlint") == fault
