"""GitLab's runner as far as our pipeline needs it: each job a machine of its own, all its scripts one shell.

What it knows of `.gitlab-ci.yml`: `extends`, `rules` with `if` and `when`, `needs`, `variables`, `id_tokens` and artifacts.
The files of earlier jobs may be there still, as with runners that keep them. Programs but git and the shell's are stand-ins.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.examples.pipeline import EVIL_HASHES, HASHES, PIP, PULUMI, PYTHON, TOOL, git
from tests.support.yaml_files import read_yaml

# As the runner starts bash.
SHELL = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c"]
FILE = Path(__file__).parents[2] / "examples" / "gitlab" / ".gitlab-ci.yml"
# The configuration comes by standard input, the address last.
CURL = """#!/bin/sh
cat >> "$HOME/curl.config"
for address; do :; done
echo "$@" >> "$HOME/curl.log"
case "$address" in
  */deployments*) cat "$HOME/given/deployments" ;;
  */merge_requests/7) cat "$HOME/given/merge_request" ;;
  *) exit 22 ;;
esac
"""


def holds(condition: str, variables: Mapping[str, str]) -> bool:
    """A condition of `rules:if`: comparisons joined by `&&`."""

    def value(word: str) -> str:
        return variables.get(word[1:], "") if word.startswith("$") else word.strip('"')

    pairs = [re.fullmatch(r"(\S+) == (\S+)", part.strip()) for part in condition.split("&&")]
    return all(value(pair[1]) == value(pair[2]) for pair in pairs if pair) and all(pairs)


def when(rules: list[dict[str, str]] | None, variables: Mapping[str, str]) -> str:
    """What the first rule that holds says: on_success, always, manual or never."""
    if rules is None:
        return "on_success"
    first = next((rule for rule in rules if "if" not in rule or holds(rule["if"], variables)), {"when": "never"})
    return first.get("when", "on_success")


@dataclass
class Pipeline:
    """One pipeline; ``kept``: the artifacts of each job by path. ``results``: how each ended."""

    lab: Lab
    variables: dict[str, str]
    kept: dict[str, dict[str, bytes]] = field(default_factory=dict)
    results: dict[str, str] = field(default_factory=dict)

    @property
    def jobs(self) -> dict[str, Any]:
        """Every job with what it extends."""
        document = self.lab.document
        names = [name for name, job in document.items() if isinstance(job, dict) and "script" in job]
        return {name: {**document.get(document[name].get("extends", ""), {}), **document[name]} for name in names}

    @property
    def starts(self) -> bool:
        """Whether there is such a pipeline at all."""
        return when(self.lab.document["workflow"]["rules"], self.variables) != "never"

    def home(self, job: str) -> Path:
        """The machine of a job."""
        return self.lab.folder / "machines" / job

    def log(self, job: str, name: str = "job.log") -> list[str]:
        """The lines of a job's own log, or of a stand-in's."""
        file = self.home(job) / name
        return file.read_text().splitlines() if file.exists() else []

    def calls(self, job: str) -> list[dict[str, Any]]:
        """Each call of our own program: its arguments, environment, and files of its folder."""
        return [json.loads(line) for line in self.log(job, "tool.jsonl")]

    def job(self, name: str, started_by_hand: bool = False) -> str:
        """Run a job; how it ends: success, failed, skipped, or manual where somebody has to start it."""
        job = self.jobs[name]
        said = when(job.get("rules"), self.variables)
        needed = [one["job"] for one in job.get("needs", [])]
        if said != "always" and any(self.results[one] != "success" for one in needed):
            said = "skipped"
        if said in ("never", "skipped") or (said == "manual" and not started_by_hand):
            self.results[name] = "skipped" if said == "never" else said
            return self.results[name]
        self.results[name] = "success" if self._run(name, job, needed) else "failed"
        return self.results[name]

    def play(self) -> dict[str, str]:
        """All jobs in order, those for which somebody has to decide included; how each ended."""
        return {name: self.job(name, started_by_hand=True) for name in self.jobs}

    def _run(self, name: str, job: dict[str, Any], needed: list[str]) -> bool:
        home, work = self.home(name), self.home(name) / "builds"
        self.lab.prepare(name, home)
        variables = {**self.variables, "CI_JOB_NAME": name, "CI_PROJECT_DIR": str(work), **job.get("variables", {})}
        tokens = {token: f"token for {asked['aud']}" for token, asked in job.get("id_tokens", {}).items()}
        if job["variables"]["GIT_STRATEGY"] == "clone":
            shutil.rmtree(work, ignore_errors=True)
            shutil.copytree(self.lab.source, work)
            git(work, "checkout", "--quiet", "--detach", self.variables["CI_COMMIT_SHA"])
        work.mkdir(exist_ok=True)
        for one in needed:
            self._bring(self.kept.get(one, {}), work)
        script = "\n".join([*job.get("before_script", []), *job["script"]])
        secrets = self.lab.secrets.get(job.get("environment", {}).get("name"), {})
        env = {"PATH": f"{home}/bin:/usr/bin:/bin", "HOME": str(home), "TMPDIR": str(home / "tmp"),
               "GIT_CONFIG_NOSYSTEM": "1", **variables, **tokens, **secrets}  # fmt: skip
        with (home / "job.log").open("w") as log:
            done = subprocess.run([*SHELL, script], cwd=work, env=env, check=False, stdout=log, stderr=log)
        good = done.returncode == 0
        artifacts = job.get("artifacts", {})
        if artifacts and (good or artifacts.get("when") == "always"):
            paths = [*artifacts["paths"], *artifacts.get("reports", {}).values()]
            self.kept[name] = self._taken(work, [self._filled(path) for path in paths])
        return good

    def _filled(self, path: str) -> str:
        return re.sub(r"\$(\w+)", lambda found: self.variables[found[1]], path)

    @staticmethod
    def _bring(files: Mapping[str, bytes], work: Path) -> None:
        for path, content in files.items():
            (work / path).parent.mkdir(parents=True, exist_ok=True)
            (work / path).write_bytes(content)

    @staticmethod
    def _taken(work: Path, paths: list[str]) -> dict[str, bytes]:
        files = [
            file for path in paths for file in ([work / path] if (work / path).is_file() else (work / path).rglob("*"))
        ]
        return {str(file.relative_to(work)): file.read_bytes() for file in files if file.is_file()}


@dataclass
class Lab:
    """The project, what GitLab would answer, and what the programs would say and do."""

    folder: Path
    given: dict[str, str] = field(default_factory=dict)
    """``program``: what the program of the change does in the shell that previews it."""
    in_job: dict[str, dict[str, str]] = field(default_factory=dict)
    secrets: dict[str, dict[str, str]] = field(default_factory=lambda: {"mfa-review": {"GITLAB_TOKEN": "glpat-x"}})
    """Variables of the project by the environment that they are for."""

    def __post_init__(self) -> None:
        self.document: dict[str, Any] = read_yaml(FILE.read_text())
        self.source = self.folder / "acme" / "infra.git"
        self.source.mkdir(parents=True)
        git(self.source, "init", "--quiet", "--initial-branch", "main")
        first = {"__main__.py": "1", "roster.yaml": "one", ".gitlab/mfa-review.txt": HASHES}
        self.commits = [self.commit("first", **first), self.commit("second", **{"roster.yaml": "two"})]
        usual = {"json": "{}", "markdown": "# Said\n", "text": "PASS: said\n", "gitlab-terraform": '{"create": 0}\n'}
        told = {
            "deployments": json.dumps([deployed(self.commits[0])]),
            "merge_request": '{"author": {"username": "erin"}}',
        }
        self.given = {**usual, **told, "review": "0", "preview": "0", "pip": "0", "program": ":", **self.given}

    def commit(self, message: str, who: str = "alice", email: str = "a.smith@example.com", **files: str) -> str:
        """A commit on the branch that is checked out; its id."""
        for name, text in files.items():
            (self.source / name).parent.mkdir(parents=True, exist_ok=True)
            (self.source / name).write_text(text)
        git(self.source, "add", "--all")
        git(self.source, "commit", "--quiet", "--allow-empty", "--message", message, who=who, email=email)
        return git(self.source, "rev-parse", "HEAD")

    def push(self, **variables: str) -> Pipeline:
        """The pipeline of a push to `main`."""
        return self._pipeline({"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "main", **variables}, "main")

    def merge_request(self, who: str = "erin", email: str = "erin@example.com", **files: str) -> Pipeline:
        """The pipeline of a merge request."""
        git(self.source, "checkout", "--quiet", "-b", "change", "main")
        self.commit("change", who, email, **{"roster.yaml": "three", ".gitlab/mfa-review.txt": EVIL_HASHES, **files})
        variables = {
            "CI_PIPELINE_SOURCE": "merge_request_event",
            "CI_MERGE_REQUEST_IID": "7",
            "CI_MERGE_REQUEST_PROJECT_ID": "5",
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
            "CI_MERGE_REQUEST_DIFF_BASE_SHA": git(self.source, "merge-base", "main", "change"),
        }
        return self._pipeline(variables, "change")

    def _pipeline(self, variables: dict[str, str], ref: str) -> Pipeline:
        commit = git(self.source, "rev-parse", ref)
        git(self.source, "update-ref", "refs/pipelines/500", commit)
        git(self.source, "checkout", "--quiet", "main")
        predefined = {
            "CI_API_V4_URL": "https://gitlab.acme.example/api/v4",
            "CI_COMMIT_SHA": commit,
            "CI_DEFAULT_BRANCH": "main",
            "CI_JOB_ID": "9000",
            "CI_JOB_TOKEN": "glcbt-x",
            "CI_PIPELINE_ID": "500",
            "CI_PROJECT_ID": "5",
            "CI_PROJECT_URL": (self.folder / "acme" / "infra").as_uri(),
            "GITLAB_USER_EMAIL": "f.ox@example.com",
            "GITLAB_USER_LOGIN": "frank",
            "GITLAB_USER_NAME": "Frank Ox",
        }
        return Pipeline(self, {**predefined, **variables})

    def prepare(self, job: str, home: Path) -> None:
        """Put the stand-ins onto a machine; what earlier jobs left in its folder of builds stays."""
        for one in home.glob("*"):
            if one.name != "builds":
                shutil.rmtree(one) if one.is_dir() else one.unlink()
        tool = TOOL.format(python=sys.executable)
        programs = {"bin/curl": CURL, "bin/python": PYTHON, "bin/pulumi": PULUMI, "venv/pip": PIP, "venv/python": tool,
                    "venv/mfa-association": tool}  # fmt: skip
        for name, text in programs.items():
            (home / name).parent.mkdir(parents=True, exist_ok=True)
            (home / name).write_text(text)
            (home / name).chmod(0o755)
        (home / "tmp").mkdir()
        (home / "given").mkdir()
        for name, text in {**self.given, **self.in_job.get(job, {})}.items():
            (home / "given" / name).write_text(text)


def deployed(commit: str, **changes: Any) -> dict[str, Any]:
    """A deployment as GitLab tells it: of a job, or of whoever says so, where ``deployable`` is None."""
    job = {"name": "apply", "status": "success", "ref": "main", "tag": False}
    deployable = None if changes.get("deployable", 0) is None else {**job, **changes}
    return {"sha": commit, "status": "success", "deployable": deployable}


def applied(pipeline: Pipeline) -> list[str]:
    """What the engine was told to change."""
    return [line for job in pipeline.jobs for line in pipeline.log(job, "applied")]
