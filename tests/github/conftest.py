"""A workflow's step: its folder, its environment, and a GitHub to talk to. Nothing sleeps; how long is written down."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from mfa_association.cli import main
from tests.github.standin import NUMBER, REPOSITORY, TOKEN, GitHub

STACK = "mfa/prod"
LOSS = (
    "## 2 users lose an MFA device; 1 would be left with none.\n\n| Risk | User |\n|---|---|\n| Critical | `alice` |\n"
)
GREEN = "## No MFA device is removed.\n"


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


@dataclass
class Step:
    """A step of a workflow; ``waits``: the seconds that it would have slept."""

    folder: Path
    hub: GitHub
    patch: pytest.MonkeyPatch
    captured: pytest.CaptureFixture[str]
    waits: list[float] = field(default_factory=list)

    @property
    def summary(self) -> Path:
        return self.folder / "summary.md"

    def review(self, text: str = LOSS, verdict: str = "critical", stack: str = STACK, name: str = "review.md") -> str:
        """A file as `review` writes it."""
        (self.folder / name).write_text(f"<!-- mfa-review {stack} verdict={verdict} -->\n{text}")
        return name

    def event(self, **changes: Any) -> None:
        """The event of a pull request, with changes."""
        repo = {"id": 1}
        event = {"number": NUMBER, "pull_request": {"head": {"repo": repo}, "base": {"repo": repo}}, **changes}
        (self.folder / "event.json").write_text(json.dumps(event))

    def comment(self, *arguments: str, run: str | None = None, **env: str) -> Ended:
        """Run the command."""
        with self.patch.context() as patch:
            for name, value in env.items():
                patch.setenv(name, value)
            code = main(["comment", *arguments, *(["--run", run] if run else [])])
        return Ended(code, *self.captured.readouterr())


@pytest.fixture
def hub() -> Iterator[GitHub]:
    hub = GitHub()
    server = hub.start()
    yield hub
    server.shutdown()
    server.server_close()


@pytest.fixture
def step(
    hub: GitHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Step]:
    step = Step(tmp_path, hub, monkeypatch, capsys)
    step.event()
    monkeypatch.chdir(tmp_path)
    for name in ("GITHUB_TOKEN", "GITHUB_STEP_SUMMARY", "GITLAB_CI"):
        monkeypatch.delenv(name, raising=False)
    environment = {
        "GH_TOKEN": TOKEN,
        "GITHUB_API_URL": hub.url,
        "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
        "GITHUB_REPOSITORY": REPOSITORY,
        "GITHUB_RUN_ATTEMPT": "1",
        "GITHUB_RUN_ID": "500",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("time.sleep", step.waits.append)
    yield step
