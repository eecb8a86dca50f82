"""The workflows to copy, which are this repo's own: their own shell, with stand-ins for the programs that they call."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
EXAMPLE, OURS = ROOT / "examples" / "github", ROOT / ".github" / "workflows"
NAMES = ("preview", "apply")
TEXTS = {name: (EXAMPLE / f"{name}.yml").read_text() for name in NAMES}
WORKFLOWS: dict[str, dict[Any, Any]] = {name: yaml.safe_load(text) for name, text in TEXTS.items()}
JOBS: dict[str, dict[str, Any]] = {name: WORKFLOWS[name]["jobs"][name] for name in NAMES}
EVERY = sorted([*ROOT.glob(".github/workflows/*.yml"), *ROOT.glob("examples/**/*.yml")])

# Says what it was asked, and answers from files of these names.
GH = """#!/bin/sh
echo "$@" >> gh.log
case "$1 $2 $*" in
  "run list "*preview.yml*) for word; do [ -f "run-$word" ] && cat "run-$word"; done; exit 0 ;;
  "run list "*) cat since ;;
  "run download "*) mkdir -p "$7" && cp "artifact-$3" "$7/review.json" ;;
  *compare/*) cat commits ;;
  *commits/*) cat "heads-$(basename "$(dirname "$2")")" ;;
esac
"""
MFA = """#!/bin/sh
echo "$@" >> mfa.log
case "$*" in *"--format json"*) exit $(cat json) ;; *) exit $(cat markdown) ;; esac
"""


def script(folder: Path, path: str, text: str) -> None:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(text)
    (folder / path).chmod(0o755)


def step(name: str, identity: str) -> dict[str, Any]:
    (found,) = [one for one in JOBS[name]["steps"] if one.get("id") == identity]
    return found  # type: ignore[no-any-return]


def run(folder: Path, name: str, identity: str, **env: str) -> int:
    """Run a step as GitHub does for `shell: bash`."""
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step(name, identity)["run"]]
    files = {variable: str(folder / variable) for variable in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    environment = {"PATH": f"{folder}/bin:/usr/bin:/bin", "STACK": "prod", **files, **env}
    return subprocess.run(command, cwd=folder, env=environment, check=False).returncode


def order(name: str) -> list[str]:
    return [one["id"] for one in JOBS[name]["steps"] if "id" in one]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_copied_is_what_this_repo_runs_once_it_is_set_up(name: str) -> None:
    ours = (OURS / f"{name}.yml").read_text().replace("docs/github.md", "README.md")
    role = {"preview": "MFA_PLAN_ROLE_ARN", "apply": "MFA_APPLY_ROLE_ARN"}[name]
    assert ours.replace(f"    if: vars.{role} != ''\n", "") == TEXTS[name] != ours
    assert f"role-to-assume: ${{{{ vars.{role} }}}}" in TEXTS[name]


def test_each_runs_when_and_with_what_it_needs() -> None:
    assert [WORKFLOWS[name][True] for name in NAMES] == ["pull_request", {"push": {"branches": ["main"]}}]
    assert {json.dumps(WORKFLOWS[name]["permissions"]) for name in NAMES} == {"{}"}
    assert JOBS["preview"]["permissions"] == {"contents": "read", "id-token": "write", "pull-requests": "write"}
    reads = {"actions": "read", "contents": "read", "pull-requests": "read"}
    assert JOBS["apply"]["permissions"] == {**reads, "id-token": "write"}
    assert [JOBS[name]["environment"] for name in NAMES] == ["mfa-plan", "mfa-apply"]
    assert [WORKFLOWS[name]["concurrency"] for name in NAMES] == [
        {"group": "preview-${{ vars.MFA_STACK }}-${{ github.event.pull_request.number }}", "cancel-in-progress": True},
        {"group": "apply-${{ vars.MFA_STACK }}", "cancel-in-progress": False},
    ]
    assert {WORKFLOWS[name]["defaults"]["run"]["shell"] for name in NAMES} == {"bash"}


def test_the_gate_stands_before_what_it_guards() -> None:
    assert order("preview") == ["preview", "review", "comment", "gate"]
    assert order("apply") == ["reviewed", "preview", "gate", "apply"]
    assert [name for name in NAMES if "pulumi up" in TEXTS[name]] == ["apply"]
    assert not [one for one in JOBS["apply"]["steps"] if "if" in one or "continue-on-error" in one]
    forgiving = [one["uses"] for one in JOBS["preview"]["steps"] if "continue-on-error" in one]
    assert [action.partition("@")[0] for action in forgiving] == ["aws-actions/configure-aws-credentials"]


def test_a_token_is_given_to_the_steps_that_need_it_and_no_secret_to_any() -> None:
    holders = [one.get("id") for name in NAMES for one in JOBS[name]["steps"] if "github.token" in str(one)]
    assert holders == ["comment", "reviewed"]
    assert "secrets." not in "".join(TEXTS.values())


@pytest.mark.parametrize("path", EVERY, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_workflow_runs_a_pull_request_with_the_bases_rights(path: Path) -> None:
    events = yaml.safe_load(path.read_text()).get(True) or {}
    assert "pull_request_target" not in events and "workflow_run" not in events


def test_actions_are_pinned_as_elsewhere_in_this_repo() -> None:
    pinned = dict(re.findall(r"uses: ([\w/-]+)@(.+)", "".join(path.read_text() for path in sorted(OURS.glob("*.yml")))))
    found = [one for name in NAMES for one in re.findall(r"uses: ([\w/-]+)@(.+)", TEXTS[name])]
    assert len(found) == 9
    assert all(pinned[action] == at for action, at in found)
    assert all(re.fullmatch(r"[0-9a-f]{40} # v\d+\.\d+\.\d+", at) for _, at in found)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("code", [0, 255])
def test_a_preview_that_fails_is_for_the_review_to_judge(
    tmp_path: Path, name: str, code: int, capfd: pytest.CaptureFixture[str]
) -> None:
    script(tmp_path, "bin/pulumi", f"#!/bin/sh\necho \"$@\" > asked; echo '{{}}'; echo alice >&2; exit {code}\n")
    assert run(tmp_path, name, "preview") == 0
    assert (tmp_path / "GITHUB_OUTPUT").read_text() == f"code={code}\n"
    flags = "--json --show-sames --show-replacement-steps --refresh --non-interactive --stack prod"
    assert (tmp_path / "asked").read_text() == f"preview {flags}\n"
    assert (tmp_path / "preview.json").read_text() == "{}\n"
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("json_code", "markdown_code", "code", "reason"),
    [(0, 0, 0, "open"), (3, 3, 3, "closed"), (1, 1, 1, "could not assess"), (1, 0, 1, "one of two is enough")],
)
def test_the_comment_is_written_before_the_gate_closes(
    tmp_path: Path, json_code: int, markdown_code: int, code: int, reason: str
) -> None:
    script(tmp_path, ".venv/bin/mfa-association", MFA)
    script(tmp_path, "bin/git", '#!/bin/sh\n[ "$*" = "show HEAD^1:roster.yaml" ] && echo users\n')
    (tmp_path / "json").write_text(str(json_code))
    (tmp_path / "markdown").write_text(str(markdown_code))
    assert run(tmp_path, "preview", "review", CODE="0", AUTHOR="alice", HEAD="abc", FAIL_ON="high") == 0
    assert (tmp_path / "GITHUB_OUTPUT").read_text() == f"code={code}\n", reason
    assert run(tmp_path, "preview", "gate", CODE=str(code)) == code
    common = "review preview.json --exit-code 0 --key prod --live --author alice --commit abc --roster roster.yaml"
    common += " --roster-base base.yaml --fail-on high"
    asked = [f"{common} --format {name} --output review.{name}" for name in ("json", "markdown")]
    assert (tmp_path / "mfa.log").read_text().splitlines() == asked
    assert (tmp_path / "base.yaml").read_text() == "users\n"


@pytest.fixture
def hub(tmp_path: Path) -> Path:
    """Two pull requests were merged since; one of them with two commits, one without a review that passed."""
    script(tmp_path, "bin/gh", GH)
    files = {
        "since": "", "commits": "c1\nc2\nc3\n", "heads-c1": "aaa\n", "heads-c2": "aaa\n", "heads-c3": "bbb\n",
        "run-aaa": "11\n", "artifact-11": "a review",
    }  # fmt: skip
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def collect(hub: Path) -> int:
    return run(hub, "apply", "reviewed", BEFORE="before", GH_REPO="acme/infra", GITHUB_SHA="now", GH_TOKEN="t")


def test_the_reviews_of_what_was_merged_are_collected(hub: Path) -> None:
    assert collect(hub) == 0
    assert [str(path.relative_to(hub)) for path in hub.rglob("review.json")] == ["reviewed/aaa/review.json"]
    asked = (hub / "gh.log").read_text().splitlines()
    assert next(line for line in asked if "compare" in line).split()[2] == "repos/acme/infra/compare/before...now"
    assert len([line for line in asked if "--commit aaa" in line]) == 1
    assert all("--status success" in line for line in asked if line.startswith("run list"))
    assert all('.base.ref == "main"' in line for line in asked if "/pulls" in line)


def test_what_an_earlier_run_left_undone_is_reviewed_too(hub: Path) -> None:
    (hub / "since").write_text("last\n")
    assert collect(hub) == 0
    assert "repos/acme/infra/compare/last...now" in (hub / "gh.log").read_text()


def test_a_push_without_a_pull_request_was_not_reviewed(hub: Path) -> None:
    for commit in ("c1", "c2", "c3"):
        (hub / f"heads-{commit}").write_text("")
    assert collect(hub) == 0
    assert list((hub / "reviewed").iterdir()) == []


@pytest.mark.parametrize("missing", ["since", "commits", "heads-c2", "artifact-11"])
def test_whatever_github_does_not_answer_stops_the_run(hub: Path, missing: str) -> None:
    (hub / missing).unlink()
    assert collect(hub) != 0


@pytest.mark.parametrize("code", [0, 1, 3])
def test_the_gate_of_apply_asks_anew(tmp_path: Path, code: int) -> None:
    script(tmp_path, ".venv/bin/mfa-association", f'#!/bin/sh\necho "$@" > asked; echo said; exit {code}\n')
    assert run(tmp_path, "apply", "gate", CODE="0", FAIL_ON="critical") == code
    asked = (
        "review preview.json --exit-code 0 --key prod --live --reviewed reviewed --fail-on critical --format markdown"
    )
    assert (tmp_path / "asked").read_text() == f"{asked}\n"
    assert (tmp_path / "GITHUB_STEP_SUMMARY").read_text() == "said\n"


def test_every_file_that_decides_has_an_owner() -> None:
    lines = [line.split() for line in (EXAMPLE / "CODEOWNERS").read_text().splitlines() if line[:1] not in ("#", "")]
    assert all(line[1:] == ["@ORGANIZATION/security"] for line in lines)
    owned = {line[0] for line in lines}
    template = {f"/{path.name}" for path in (ROOT / "template").iterdir() if path.name != ".gitignore"}
    assert template - {"/requirements.txt"} <= owned
    assert {"/.github/", "/rosters/", "/Pulumi.*.yaml", "/requirements*.txt"} <= owned
