"""The pipeline to copy: as GitLab's schema says, who may what, and what no change may loosen."""

from __future__ import annotations

import fnmatch
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.examples.gitlab_ci import FILE
from tests.support.yaml_files import read_yaml

ROOT = Path(__file__).parents[2]
TEXT = FILE.read_text()
DOCUMENT: dict[str, Any] = read_yaml(TEXT)
SCHEMA = json.loads((ROOT / "tests" / "schemas" / "gitlab-ci.json").read_text(encoding="utf-8"))
JOBS = {name: job for name, job in DOCUMENT.items() if isinstance(job, dict) and "script" in job}
README = (FILE.parent / "README.md").read_text()


def test_it_is_as_gitlabs_schema_says() -> None:
    jsonschema.Draft7Validator(SCHEMA).validate(DOCUMENT)


@pytest.mark.parametrize("job", JOBS)
def test_the_schema_refuses_a_key_that_it_does_not_know(job: str) -> None:
    wrong = {**DOCUMENT, job: {**JOBS[job], "environmnet": "mfa-apply"}}
    assert not jsonschema.Draft7Validator(SCHEMA).is_valid(wrong)


def test_every_job_has_one_role_and_asks_for_no_other() -> None:
    asked = {name: job["id_tokens"] for name, job in JOBS.items()}
    plan, apply = ({"MFA_ID_TOKEN": {"aud": name}} for name in ("mfa-plan", "mfa-apply"))
    assert asked == {"preview": plan, "review": plan, "apply": apply}


def test_the_role_that_applies_is_for_a_push_alone_and_somebody_has_to_start_it() -> None:
    (rule,) = JOBS["apply"]["rules"]
    assert rule == {"if": DOCUMENT["workflow"]["rules"][1]["if"], "when": "manual"}
    assert JOBS["apply"]["environment"] == {"name": "mfa-apply"}
    assert "allow_failure" not in JOBS["apply"]


def test_the_job_that_reviews_checks_nothing_out_and_is_never_skipped() -> None:
    review = JOBS["review"]
    assert review["variables"] == {"GIT_STRATEGY": "none"}
    assert review["rules"] == [{"when": "always"}]
    assert "image" in review and "pulumi" not in review["image"]


def test_only_the_job_that_reviews_may_see_the_token_that_comments() -> None:
    environments = {name: job.get("environment", {}).get("name") for name, job in JOBS.items()}
    assert environments == {"preview": None, "review": "mfa-review", "apply": "mfa-apply"}
    assert JOBS["review"]["environment"]["action"] == "access"
    assert TEXT.replace("# Its GITLAB_TOKEN", "").count("GITLAB_TOKEN") == 0


def test_nothing_that_decides_is_a_variable() -> None:
    """One of the project, or of whoever starts a pipeline, stands above those of the file."""
    assert "variables" not in DOCUMENT
    assert {key for job in JOBS.values() for key in job["variables"]} == {"GIT_STRATEGY"}


def test_artifacts_are_of_this_pipeline_alone_and_for_developers_at_least() -> None:
    kept = [job["artifacts"] for job in JOBS.values() if "artifacts" in job]
    assert [one["paths"] for one in kept] == [["mfa-$CI_PIPELINE_ID/"]] * 2
    assert {one["access"] for one in kept} == {"developer"}
    assert all(re.match(r"\d+ ", one["expire_in"]) for one in kept)


def test_no_file_of_the_checkout_stands_in_for_venv_or_pip() -> None:
    made = re.findall(r".*\bvenv\b(?!/).*", re.sub(r"#.*", "", TEXT))
    assert len(made) == 2, "the program's, in both jobs that run it, and the reviewer's"
    assert all(re.search(r"python -I -m venv --clear \.\w+", line) for line in made), made


SUBJECTS = {
    "project_path:GROUP/PROJECT:ref_type:branch:ref:main": {"plan", "apply"},
    "project_path:GROUP/PROJECT:ref_type:branch:ref:feature": {"plan"},
    "project_path:GROUP/PROJECT:ref_type:branch:ref:main2": {"plan"},
    "project_path:GROUP/PROJECT:ref_type:tag:ref:main": set(),
    "project_path:mallory/PROJECT:ref_type:branch:ref:main": set(),
    "project_path:GROUP/PROJECT2:ref_type:branch:ref:main": set(),
}


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("audience", ["mfa-plan", "mfa-apply", "https://gitlab.com"])
def test_a_role_is_trusted_for_its_job_alone(subject: str, audience: str) -> None:
    trusted = set()
    for name in ("plan", "apply"):
        (statement,) = json.loads((FILE.parent / f"trust-{name}.json").read_text())["Statement"]
        equal, like = statement["Condition"]["StringEquals"], statement["Condition"].get("StringLike", {})
        told = {"gitlab.com:aud": audience, "gitlab.com:sub": subject}
        assert (equal | like).keys() == told.keys()
        if all(told[key] == equal[key] for key in equal) and all(
            fnmatch.fnmatchcase(told[key], like[key]) for key in like
        ):
            trusted.add(name)
    assert trusted == SUBJECTS[subject] & {audience.removeprefix("mfa-")}


def test_the_readme_names_what_has_to_be_replaced() -> None:
    (settings,) = DOCUMENT[".settings"]["before_script"]
    literals = {name for line in re.findall(r"export (.*)", settings) for name in re.findall(r"\b([A-Z_]+)=", line)}
    told = literals - {"PULUMI_SKIP_UPDATE_CHECK", "AWS_ROLE_SESSION_NAME"}
    assert told == {"STACK", "ROSTER", "FAIL_ON", "PULUMI_BACKEND_URL", "AWS_REGION", "AWS_ROLE_ARN"}
    assert all(f"`{name}`" in README for name in told)
    for name in ("mfa-plan", "mfa-apply", "mfa-review", "trust-plan.json", "trust-apply.json", "GITLAB_TOKEN"):
        assert name in README
