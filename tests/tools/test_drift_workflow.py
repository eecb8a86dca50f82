"""The scheduled workflow: its own shell, with stand-ins for ``mfa-association`` and ``gh``."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.yaml_files import read_yaml

WORKFLOWS = Path(__file__).parents[2] / ".github" / "workflows"
DRIFT = read_yaml((WORKFLOWS / "drift.yml").read_text())
STEPS: list[dict[str, Any]] = DRIFT["jobs"]["drift"]["steps"]
SCRIPTS = {step["id"]: step["run"] for step in STEPS if "id" in step}

GH = """#!/bin/sh
echo "$@" >> gh.log
[ "$2" != list ] || cat open
"""


def script(folder: Path, path: str, text: str) -> None:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(text)
    (folder / path).chmod(0o755)


def run(folder: Path, step: str, **env: str) -> int:
    """Run a step as GitHub does."""
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", SCRIPTS[step]]
    environment = {"PATH": f"{folder}/bin:/usr/bin:/bin", "GITHUB_OUTPUT": str(folder / "output"), "RUN": "URL", **env}
    return subprocess.run(command, cwd=folder, env=environment, check=False).returncode


@pytest.mark.parametrize("code", [0, 1, 3])
def test_the_comparison_hands_its_exit_code_on_and_logs_nothing(
    tmp_path: Path, code: int, capfd: pytest.CaptureFixture[str]
) -> None:
    script(tmp_path, ".review/bin/python", f"#!/bin/sh\necho $* > asked; echo found; echo untold >&2; exit {code}\n")
    assert run(tmp_path, "compare", RUNNER_TEMP=str(tmp_path), ROSTER="rosters/one.yaml") == 0
    assert (tmp_path / "asked").read_text() == "-I -m mfa_association.cli drift --roster rosters/one.yaml\n"
    assert (tmp_path / "output").read_text() == f"code={code}\n"
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("code", "number", "verbs", "ends", "reason"),
    [
        ("0", "", ["list"], 0, "nothing to tell"),
        ("0", "7", ["list", "close"], 0, "over"),
        ("3", "", ["list", "create", "create"], 0, "a label and an issue"),
        ("3", "7", ["list", "edit"], 0, "the one issue again"),
        ("1", "", ["list", "create", "create"], 1, "not to be told: the run fails too"),
        ("1", "7", ["list", "edit"], 1, "not to be told: the run fails too"),
    ],
)
def test_one_issue_is_kept(tmp_path: Path, code: str, number: str, verbs: list[str], ends: int, reason: str) -> None:
    script(tmp_path, "bin/gh", GH)
    (tmp_path / "open").write_text(number)
    (tmp_path / "drift.txt").write_text("undeclared  GAHT12345678  @all\n")
    (tmp_path / "untold.txt").write_text("```\n")
    assert run(tmp_path, "issue", CODE=code) == ends, reason
    assert [line.split()[1] for line in (tmp_path / "gh.log").read_text().splitlines()] == verbs, reason
    if code != "0":
        body = (tmp_path / "body.md").read_text()
        assert "\n    undeclared  GAHT12345678  @all\n    ```\n" in body


@pytest.mark.parametrize("path", sorted(WORKFLOWS.glob("*.yml")), ids=lambda path: path.name)
def test_actions_are_pinned_by_commit(path: Path) -> None:
    """Those of this repository are of the same commit as what uses them."""
    for action in re.findall(r"uses: (\S+)", path.read_text()):
        assert action.startswith("./") or re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action), action


def test_only_the_issue_step_holds_a_token_and_no_secret_is_used() -> None:
    text = (WORKFLOWS / "drift.yml").read_text()
    assert "secrets." not in text
    assert [step["id"] for step in STEPS if "github.token" in str(step)] == ["issue"]
    assert DRIFT["permissions"] == {}
