"""The workflows to call and those that call them: who may what, what they rely on, and what no change may loosen."""

from __future__ import annotations

import fnmatch
import json
import re
import uuid
from pathlib import Path
from typing import Any

import pytest

from tests.examples.callers import CALLED, CALLERS, COMMIT, EXAMPLE, REPOSITORY, ROOT, STEP, WORKFLOWS, called, calls
from tests.support.yaml_files import read_yaml

EVERY = sorted([*WORKFLOWS.glob("*.yml"), *EXAMPLE.glob("*.yml"), *ROOT.glob("examples/*/.github/workflows/*.yml")])
TEXTS = {path: path.read_text() for path in EVERY}
DOCUMENTS: dict[Path, dict[Any, Any]] = {path: read_yaml(text) for path, text in TEXTS.items()}
PULUMI, TERRAFORM = DOCUMENTS[CALLED["pulumi"]], DOCUMENTS[CALLED["terraform"]]
GUARDED = {path: text for path, text in TEXTS.items() if path in (*CALLED.values(), *CALLERS, STEP)}
"""All but those of this repository that deploy nothing of anybody's roster: tests/tools has a test of the release."""
JOBS = [(path, name, job) for path in GUARDED for name, job in DOCUMENTS[path]["jobs"].items()]


def shown(one: Any) -> str:
    return str(one.relative_to(ROOT)) if isinstance(one, Path) else one if isinstance(one, str) else ""


def steps(job: dict[str, Any], action: str) -> list[dict[str, Any]]:
    return [one for one in job.get("steps", []) if one.get("uses", "").startswith(f"{action}@")]


def test_this_repos_reviewer_is_installed_in_the_versions_that_it_is_tested_with() -> None:
    """`make lock` writes both; the program alone needs pulumi-aws."""
    pinned, hashed = (
        set(re.findall(r"^([\w.-]+==[\w.]+)", file.read_text(), re.M))
        for file in (ROOT / "requirements.txt", ROOT / ".github" / "mfa-review.txt")
    )
    assert hashed <= pinned
    names = [{one.partition("==")[0] for one in each} for each in (pinned, hashed)]
    assert names[0] - names[1] == {"pulumi-aws"}


@pytest.mark.parametrize("path", [one for one in CALLERS if one.name != "drift.yml"], ids=shown)
def test_pull_requests_the_merge_queue_and_main_start_it(path: Path) -> None:
    """But for this repository's own, which has no AWS account."""
    events = {"pull_request": {}, "merge_group": {}, "push": {"branches": ["main"]}}
    by_itself = path.is_relative_to(WORKFLOWS)
    assert DOCUMENTS[path][True] == ("workflow_dispatch" if by_itself else events)


def test_what_is_called_starts_in_no_other_way() -> None:
    assert [list(DOCUMENTS[path][True]) for path in CALLED.values()] == [["workflow_call"]] * 3
    assert list(PULUMI["jobs"]) == ["preview", "review", "apply"]


@pytest.mark.parametrize("path", CALLERS, ids=shown)
def test_a_caller_names_ours_by_commit_allows_what_its_jobs_may_and_gives_literals(path: Path) -> None:
    """All that it says is in a file that has owners."""
    jobs = calls(path)
    assert list(jobs) == list(DOCUMENTS[path]["jobs"]) and DOCUMENTS[path]["permissions"] == {}
    for job in jobs.values():
        theirs = DOCUMENTS[CALLED[called(job)]]["jobs"].values()
        assert set(job["permissions"].items()) == {pair for one in theirs for pair in one["permissions"].items()}
        assert set(job) <= {"permissions", "strategy", "uses", "with"}
        matrix = job.get("strategy", {}).get("matrix", {})
        found = set(re.findall(r"\$\{\{ (\S+) \}\}", json.dumps(job["with"])))
        assert found == {f"matrix.{name}" for name in matrix} and "$" not in json.dumps(matrix)
        ours = job["uses"].startswith("./")
        assert ours == path.is_relative_to(WORKFLOWS)
        assert ours or job["uses"] == f"{REPOSITORY}/.github/workflows/{called(job)}.yml@{COMMIT}"


@pytest.mark.parametrize("path", [one for one in CALLERS if one.parent == EXAMPLE], ids=shown)
def test_an_infra_repo_needs_ten_lines(path: Path) -> None:
    """Each of its own, none flowing over: comments and empty lines apart."""
    lines = [line for line in TEXTS[path].splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert len(lines) <= 10 and max(len(line) for line in lines if "uses:" not in line) <= 100


def test_the_ten_lines_are_those_that_the_page_explains() -> None:
    (block,) = re.findall(r"```yaml\n(name: mfa\n.*?)```", (ROOT / "docs" / "github.md").read_text(), re.DOTALL)
    assert block.splitlines() == [
        line for line in TEXTS[EXAMPLE / "pulumi.yml"].splitlines() if line and line[0] != "#"
    ]


@pytest.mark.parametrize("path", GUARDED, ids=shown)
def test_no_variable_of_the_repository_and_no_secret_decides(path: Path) -> None:
    """What a workflow is given, its caller writes as literals (above)."""
    assert re.findall(r"\b(?:vars|secrets)\s*[.\[]", TEXTS[path]) == []
    assert path in CALLED.values() or "inputs." not in TEXTS[path]


@pytest.mark.parametrize("path", CALLED.values(), ids=shown)
def test_what_is_given_reaches_a_script_by_its_environment_alone(path: Path) -> None:
    scripts = [one["run"] for job in DOCUMENTS[path]["jobs"].values() for one in job["steps"] if "run" in one]
    assert scripts and not [script for script in scripts if "${{" in script]


@pytest.mark.parametrize(("path", "name", "job"), JOBS, ids=shown)
def test_no_job_is_skipped_that_somebody_waits_for(path: Path, name: str, job: dict[str, Any]) -> None:
    """A skipped job counts as one that passed. The job that applies is skipped before the merge, and no check."""
    assert job.get("if") in (None, "always()") or (name, job["if"]) == ("apply", "github.event_name == 'push'")
    assert job.get("if") == "always()" or "needs" not in job or name == "apply"
    assert "continue-on-error" not in job


@pytest.mark.parametrize(("path", "name", "job"), JOBS, ids=shown)
def test_every_job_that_signs_in_has_an_environment(path: Path, name: str, job: dict[str, Any]) -> None:
    signs_in = steps(job, "aws-actions/configure-aws-credentials")
    may_sign_in = job.get("permissions", {}).get("id-token") == "write" and "uses" not in job
    assert bool(signs_in) == ("environment" in job) == may_sign_in
    roles = {"preview": "mfa-plan", "review": "mfa-plan", "apply": "mfa-apply", "drift": "mfa-drift"}
    if signs_in:
        assert job["environment"] == roles[name]
        (role,) = {one["with"]["role-to-assume"] for one in signs_in}
        account = (
            "arn:aws:iam::111122223333" if path == STEP else "arn:${{ inputs.partition }}:iam::${{ inputs.account }}"
        )
        assert role == f"{account}:role/{roles[name]}"


@pytest.mark.parametrize("path", EVERY, ids=shown)
def test_no_workflow_runs_a_pull_request_with_the_bases_rights(path: Path) -> None:
    events = DOCUMENTS[path].get(True) or {}
    assert "pull_request_target" not in events and "workflow_run" not in events


@pytest.mark.parametrize("path", GUARDED, ids=shown)
def test_concurrency_is_a_jobs_and_never_that_of_one_that_waits_for_approval(path: Path) -> None:
    assert "concurrency" not in DOCUMENTS[path]
    assert all("concurrency" not in job for _, name, job in JOBS if name == "apply")


def test_each_job_may_do_what_it_needs() -> None:
    assert PULUMI["permissions"] == {}
    assert {name: job["permissions"] for name, job in PULUMI["jobs"].items()} == {
        "preview": {"contents": "read", "id-token": "write"},
        "review": {"actions": "read", "contents": "read", "id-token": "write", "pull-requests": "write"},
        "apply": {"contents": "read", "id-token": "write"},
    }


def test_the_job_that_reviews_checks_nothing_out_and_the_others_hand_on_files_by_id() -> None:
    review = PULUMI["jobs"]["review"]
    assert steps(review, "actions/checkout") == steps(review, "pulumi/actions") == []
    (taken,) = steps(review, "actions/download-artifact")
    assert taken["with"]["artifact-ids"] == "${{ needs.preview.outputs.artifact }}"
    (evidence,) = steps(PULUMI["jobs"]["apply"], "actions/download-artifact")
    assert evidence["with"]["artifact-ids"] == "${{ needs.review.outputs.artifact }}"


def test_the_gate_stands_before_what_it_guards() -> None:
    ids = {name: [one["id"] for one in job["steps"] if "id" in one] for name, job in PULUMI["jobs"].items()}
    assert ids["apply"] == ["newest", "reviewed", "tool", "preview", "gate", "apply"]
    assert ids["review"][-1] == "gate"
    assert PULUMI["jobs"]["apply"]["steps"][0]["id"] == "newest"
    assert not [one for one in PULUMI["jobs"]["apply"]["steps"] if "if" in one or "continue-on-error" in one]
    forgiving = [one["uses"] for _, _, job in JOBS for one in job.get("steps", []) if "continue-on-error" in one]
    assert {action.partition("@")[0] for action in forgiving} == {"aws-actions/configure-aws-credentials"}


def test_terraform_and_pulumi_are_reviewed_by_the_same_scripts() -> None:
    scripts = [
        {
            one["id"]: one["run"]
            for job in workflow["jobs"].values()
            for one in job["steps"]
            if "run" in one and "id" in one
        }
        for workflow in (PULUMI, TERRAFORM)
    ]
    own = {"preview", "handed", "gate", "apply", "forget"}
    assert {name: text for name, text in scripts[0].items() if name not in own} == {
        name: text for name, text in scripts[1].items() if name not in own
    }
    assert TERRAFORM["permissions"] == {}
    for name, job in TERRAFORM["jobs"].items():
        assert job["permissions"] == PULUMI["jobs"][name]["permissions"]


@pytest.mark.parametrize("name", CALLED)
def test_every_reviewer_is_installed_by_the_same_script(name: str) -> None:
    """But for the events, which differ for the comparison of each morning."""
    scripts = {
        one["run"]
        for job in DOCUMENTS[CALLED[name]]["jobs"].values()
        for one in job["steps"]
        if one.get("id") == "tool"
    }
    (script,) = scripts
    reference = next(one["run"] for one in PULUMI["jobs"]["review"]["steps"] if one.get("id") == "tool")
    assert script.partition("esac\n")[2] == reference.partition("esac\n")[2]
    assert name == "drift" or script == reference


def test_terraforms_gate_stands_before_what_it_guards() -> None:
    ids = [one["id"] for one in TERRAFORM["jobs"]["apply"]["steps"] if "id" in one]
    assert ids == ["newest", "reviewed", "tool", "preview", "gate", "apply", "forget"]
    assert TERRAFORM["jobs"]["apply"]["steps"][0]["id"] == "newest"


def test_a_token_is_given_to_the_steps_that_need_it() -> None:
    holders = {
        name: [one["id"] for one in job["steps"] if "github.token" in str(one)] for name, job in PULUMI["jobs"].items()
    }
    assert holders == {"preview": [], "review": ["change", "comment", "approvers"], "apply": ["newest"]}


@pytest.mark.parametrize("path", EVERY, ids=shown)
def test_actions_are_pinned_and_the_same_everywhere(path: Path) -> None:
    everywhere = dict(re.findall(r"uses: ([\w/-]+)@(.+)", "".join(TEXTS.values())))
    for action, at in re.findall(r"uses: ([\w/-]+)@(.+)", TEXTS[path]):
        assert re.fullmatch(r"[0-9a-f]{40} # v\d+\.\d+\.\d+", at), action
        assert at == everywhere[action]
    checkouts = [one for _, job in DOCUMENTS[path]["jobs"].items() for one in steps(job, "actions/checkout")]
    assert all(one["with"]["persist-credentials"] is False for one in checkouts)


@pytest.mark.parametrize("path", GUARDED, ids=shown)
def test_no_file_of_the_checkout_stands_in_for_venv_or_pip(path: Path) -> None:
    """`python -m venv` would run a `venv.py` of the root, and a committed `.venv` would keep its `.pth` files."""
    made = re.findall(r".*\bvenv\b(?!/).*", re.sub(r"#.*", "", TEXTS[path]))
    assert all(re.search(r"python -I -m venv --clear \.\w+", line) for line in made), made


def owners(path: str) -> list[str]:
    """Whom GitHub asks: the last line of CODEOWNERS that matches."""
    lines = [line.split() for line in (EXAMPLE / "CODEOWNERS").read_text().splitlines() if line[:1] not in ("#", "")]
    found: list[str] = []
    for pattern, *named in lines:
        if pattern == "*" or fnmatch.fnmatch(path, pattern.strip("/") + ("*" if pattern.endswith("/") else "")):
            found = named
    return found


def test_codeowners_begins_with_everything() -> None:
    lines = [line for line in (EXAMPLE / "CODEOWNERS").read_text().splitlines() if line[:1] not in ("#", "")]
    assert lines[0].split() == ["*", "@ORGANIZATION/security"]


@pytest.mark.parametrize(
    "path",
    [
        *(f"INVENTED{end}" for end in (".py", ".pth", ".yaml", "", ".toml", ".sh", "/__init__.py")),
        *(
            "mfa_association.py",
            "venv.py",
            "sitecustomize.py",
            ".venv/lib/a.pth",
            "pip.conf",
            ".envrc",
            "Pulumi.x.yaml",
        ),
        *(path.name for path in (ROOT / "template").iterdir()),
        *(".github/workflows/new.yml", ".github/mfa-review.txt", ".github/CODEOWNERS", "CODEOWNERS", "rosters/1.yaml"),
    ],
)
def test_every_file_has_an_owner_whatever_it_is_called(path: str) -> None:
    assert owners(path.replace("INVENTED", uuid.uuid4().hex)) == ["@ORGANIZATION/security"]


def test_what_is_written_in_the_workflow_is_what_the_readme_tells_to_replace() -> None:
    readme = (EXAMPLE / "README.md").read_text()
    for name in ("pulumi", "terraform", "drift"):
        table = readme.partition("| given |")[2].partition("\n\n")[0]
        assert all(f"`{one}`" in table for one in DOCUMENTS[CALLED[name]][True]["workflow_call"]["inputs"])
    assert "111122223333" in readme and COMMIT[:4] in readme
