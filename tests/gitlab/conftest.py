"""A job of a merge request's pipeline: its folder, its environment, and a GitLab to talk to. Nothing sleeps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mfa_association.cli import main
from tests.github.conftest import GREEN, LOSS, STACK, Ended
from tests.gitlab.standin import NUMBER, PROJECT, PROJECT_ID, TOKEN, GitLab

__all__ = ["GREEN", "LOSS", "STACK"]


@dataclass
class Job:
    """A job of a pipeline; ``waits``: the seconds that it would have slept."""

    folder: Path
    lab: GitLab
    patch: pytest.MonkeyPatch
    captured: pytest.CaptureFixture[str]
    waits: list[float] = field(default_factory=list)

    def review(self, text: str = LOSS, verdict: str = "critical", stack: str = STACK, name: str = "review.md") -> str:
        """A file as `review` writes it."""
        (self.folder / name).write_text(f"<!-- mfa-review {stack} verdict={verdict} -->\n{text}")
        return name

    def comment(self, *arguments: str, run: str = "500.9000", **env: str) -> Ended:
        """Run the command in a job (PIPELINE.JOB)."""
        pipeline, _, job = run.partition(".")
        with self.patch.context() as patch:
            for name, value in {"CI_PIPELINE_ID": pipeline, "CI_JOB_ID": job, **env}.items():
                patch.setenv(name, value)
            code = main(["comment", *arguments])
        return Ended(code, *self.captured.readouterr())


@pytest.fixture
def lab() -> Iterator[GitLab]:
    lab = GitLab()
    server = lab.start()
    yield lab
    server.shutdown()
    server.server_close()


@pytest.fixture
def job(lab: GitLab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Job:
    job = Job(tmp_path, lab, monkeypatch, capsys)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    environment = {
        "GITLAB_CI": "true",
        "GITLAB_TOKEN": TOKEN,
        "CI_SERVER_URL": lab.url,
        "CI_JOB_NAME": "review",
        "CI_MERGE_REQUEST_IID": str(NUMBER),
        "CI_MERGE_REQUEST_PROJECT_ID": str(PROJECT_ID),
        "CI_MERGE_REQUEST_PROJECT_PATH": PROJECT,
        "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": str(PROJECT_ID),
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("time.sleep", job.waits.append)
    return job
