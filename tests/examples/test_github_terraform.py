"""The workflow for Terraform and OpenTofu, called and run: plan, review and apply in one job, and no plan that leaves it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.examples.callers import EXAMPLE
from tests.examples.pipeline import HASHES, TERRAFORM, Hub, applied, log, tool

pytestmark = pytest.mark.long


@pytest.fixture(params=["terraform", "tofu"])
def hub(request: pytest.FixtureRequest, tmp_path: Path) -> Hub:
    return Hub(tmp_path, EXAMPLE / "terraform.yml", gives={"engine": request.param}, engines={request.param: TERRAFORM})


def test_main_is_applied_as_it_was_reviewed(hub: Hub) -> None:
    run = hub.push()
    assert run.play() == {"review": "success", "apply": "success"}
    engine, temp = run.inputs["engine"], run.folder / "apply"
    assert log(run, "apply", "engine.log") == [
        f"{engine} init -lockfile=readonly",
        f"{engine} plan -out={temp}/plan.bin",
        f"{engine} show -json {temp}/plan.bin",
        f"{engine} apply {temp}/plan.bin",
    ]
    assert f"{engine} plan -lock=false -out={run.folder}/review/plan.bin" in log(run, "review", "engine.log")
    again = tool(run, "apply")[-1]["arguments"]
    assert again[:2] == ["review", f"{temp}/preview.json"]
    assert again[again.index("--reviewed") + 1] == "reviewed/review.json"


def test_a_pull_request_is_reviewed_by_the_workflows_reviewer_and_leaves_no_evidence(hub: Hub) -> None:
    run = hub.pull_request()
    assert run.play() == {"review": "success", "apply": "skipped"}
    assert (run.artifacts.files, applied(run)) == ({}, [])
    assert (run.folder / "review" / "pip.txt").read_text() == HASHES
    calls = [call["arguments"][0] for call in tool(run, "review")]
    assert calls == ["terraform", "review", "review", "review", "comment"]


@pytest.mark.parametrize("closed", ["review", "apply", "nowhere"])
def test_no_plan_leaves_its_machine_or_stays_on_it(hub: Hub, closed: str) -> None:
    hub.in_job[closed] = {"review": "3"}
    run = hub.push()
    run.play()
    assert "seed" not in str(run.artifacts.files)
    assert [path for path in run.folder.rglob("*") if path.name in ("plan.bin", "preview.json")] == []
    assert bool(applied(run)) is (closed == "nowhere")


def test_a_plan_that_fails_is_for_the_review_to_judge(hub: Hub) -> None:
    hub.given |= {"preview": "1", "review": "1"}
    run = hub.pull_request()
    assert run.play() == {"review": "failure", "apply": "skipped"}
    arguments = tool(run, "review")[1]["arguments"]
    assert arguments[arguments.index("--exit-code") + 1] == "1"
    assert run.failed == {"review": "gate"}


def test_a_late_approval_applies_nothing(hub: Hub) -> None:
    run = hub.push()
    run.job("review")
    hub.given["head"] = hub.commit("an urgent removal")
    assert run.job("apply") == "failure"
    assert (run.failed, log(run, "apply", "engine.log")) == ({"apply": "newest"}, [])


@pytest.mark.parametrize("code", ["1", "3"])
def test_nothing_is_applied_through_a_closed_gate(hub: Hub, code: str) -> None:
    hub.in_job["apply"] = {"review": code}
    run = hub.push()
    assert run.play() == {"review": "success", "apply": "failure"}
    assert (run.failed, applied(run)) == ({"apply": "gate"}, [])


def test_evidence_that_was_exchanged_applies_nothing(hub: Hub) -> None:
    run = hub.push()
    run.job("review")
    run.artifacts.files[run.needs["review"]["outputs"]["artifact"]] = {"review.json": b'{"harmless": true}'}
    assert run.job("apply") == "failure"
    assert (run.failed, log(run, "apply", "engine.log")) == ({"apply": "reviewed"}, [])
