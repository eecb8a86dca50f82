"""A repository on GitHub with an example's workflow, which calls ours; the programs are played by stand-ins."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.examples.actions import Run
from tests.examples.callers import CALLED, REPOSITORY, called, calls, given

# Makes a virtualenv of stand-ins; says what it was asked.
PYTHON = """#!/bin/sh
echo "$@" >> "$HOME/python.log"
for folder; do :; done
mkdir -p "$folder/bin" "$folder/lib/python3.13/site-packages"
cp "$HOME"/venv/* "$folder/bin/"
"""
PIP = """#!/bin/sh
echo "$@" >> "$HOME/pip.log"
for file; do :; done
case "$file" in *mfa-review.txt) cp "$file" "$HOME/pip.txt" ;; esac
exit $(cat "$HOME/given/pip")
"""
# Stands for `mfa-association` and for `python -I -m mfa_association.cli`.
TOOL = """#!{python} -IS
import json, os, sys
from pathlib import Path
home, arguments = Path(os.environ["HOME"]), sys.argv[1:]
if arguments[:2] == ["-I", "-c"]:
    exec(arguments[2])
    sys.exit(0)
if arguments[:3] == ["-I", "-m", "mfa_association.cli"]:
    arguments = arguments[3:]
names = ("../preview.json", "../base.yaml", "roster.yaml")
files = {{name: Path(name).read_text() for name in names if Path(name).exists()}}
with (home / "tool.jsonl").open("a") as log:
    log.write(json.dumps({{"arguments": arguments, "env": dict(os.environ), "files": files}}) + "\\n")
given = home / "given"
if arguments[:2] == ["terraform", "install"]:
    sys.exit(0)
if arguments[0] == "review":
    told = dict(zip(arguments, arguments[1:]))
    said = (given / told.get("--format", "text")).read_text()
    if "--output" in told:
        Path(told["--output"]).write_text(said)
    else:
        sys.stdout.write(said)
    sys.exit(int((given / "review").read_text()))
"""
PULUMI = """#!/bin/sh
echo "$@" >> "$HOME/engine.log"
case "$1" in
  preview)
    . "$HOME/given/program"
    for word; do [ "$word" != plan.json ] || echo '{"a": "plan"}' > plan.json; done
    echo '{"a": "preview"}'; echo "alice" >&2; exit $(cat "$HOME/given/preview") ;;
  up) [ -f plan.json ] && echo "$@" >> "$HOME/applied" ;;
esac
"""
# A plan holds the seed that the program was given, and so does its JSON.
TERRAFORM = """#!/bin/sh
echo "$(basename "$0") $*" >> "$HOME/engine.log"
case "$1" in
  plan)
    . "$HOME/given/program"
    for word; do case "$word" in -out=*) echo seed > "${word#-out=}" ;; esac; done
    exit $(cat "$HOME/given/preview") ;;
  show) [ "$(cat "$3")" = seed ] && echo '{"a": "preview", "seed_wo": "seed"}' ;;
  apply) [ -f "$2" ] && echo "$@" >> "$HOME/applied" ;;
esac
"""
GH = """#!/bin/sh
echo "$@" >> "$HOME/gh.log"
case "$*" in
  "run list "*) cat "$HOME/given/applied" ;;
  *"/compare/"*) cat "$HOME/given/logins" ;;
  *"/git/ref/heads/main "*) cat "$HOME/given/head" ;;
  *"/environments/mfa-apply") cat "$HOME/given/environment" ;;
  *) exit 1 ;;
esac
"""
GUARDED = {
    "protection_rules": [{"type": "required_reviewers", "prevent_self_review": True, "reviewers": [{"type": "Team"}]}],
    "deployment_branch_policy": {"protected_branches": False, "custom_branch_policies": True},
    "can_admins_bypass": False,
}
EVIL_HASHES, HASHES = "boto3==9.9.9 --hash=sha256:evil\n", "boto3==1.44.8 --hash=sha256:good\n"
PACKAGE = "providers/mfa_association/__init__.py"


def git(folder: Path, *arguments: str, who: str = "alice", email: str = "a.smith@example.com") -> str:
    """Run git as somebody."""
    names = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in
             (("NAME", who), ("EMAIL", email))}  # fmt: skip
    environment = {**os.environ, **names, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(["git", *arguments], cwd=folder, env=environment, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(
    folder: Path, message: str, files: Mapping[str, str], who: str = "alice", email: str = "a.smith@example.com"
) -> str:
    """A commit on the branch that is checked out there; its id."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", message, who=who, email=email)
    return git(folder, "rev-parse", "HEAD")


@dataclass
class Hub:
    """The repository, that of the workflow, what GitHub would answer, and what the programs would say and do."""

    folder: Path
    caller: Path
    given: dict[str, str] = field(default_factory=dict)
    """``program``: what the program of the change does in the shell that previews it."""
    in_job: dict[str, dict[str, str]] = field(default_factory=dict)
    """The same for one job alone."""
    matrix: dict[str, str] = field(default_factory=dict)
    """The run of the caller's matrix."""
    gives: dict[str, Any] = field(default_factory=dict)
    """What another caller would give instead."""
    engines: dict[str, str] = field(default_factory=lambda: {"pulumi": PULUMI})

    def __post_init__(self) -> None:
        self.source = self.folder / "acme" / "infra"
        self.ours = self.folder.joinpath(*REPOSITORY.split("/"))
        for folder in (self.source, self.ours):
            folder.mkdir(parents=True)
            git(folder, "init", "--quiet", "--initial-branch", "main")
            git(folder, "config", "uploadpack.allowAnySHA1InWant", "true")
        files = {".github/mfa-review.txt": HASHES, PACKAGE: "released"}
        release = commit(self.ours, "release", files)
        commit(self.ours, "later", {".github/mfa-review.txt": EVIL_HASHES, PACKAGE: "later"})
        self.home = {"workflow_repository": REPOSITORY, "workflow_sha": release}
        self.commits = [
            self.commit("first", **{"__main__.py": "1", "roster.yaml": "one"}),
            self.commit("second", **{"roster.yaml": "two"}),
        ]
        usual = {
            "json": "{}",
            "markdown": "# Said\n",
            "sarif": "{}",
            "text": "PASS: said\n",
            "review": "0",
            "preview": "0",
            "pip": "0",
        }
        told = {"applied": self.commits[0], "logins": "erin\n", "head": "", "environment": json.dumps(GUARDED)}
        self.given = {**usual, **told, "program": ":", **self.given}

    def commit(self, message: str, who: str = "alice", email: str = "a.smith@example.com", **files: str) -> str:
        """A commit on the branch that is checked out; its id."""
        return commit(self.source, message, files, who, email)

    def push(self, commit: str | None = None, **github: Any) -> Run:
        """The run of a push to `main`."""
        event = {"event_name": "push", "ref": "refs/heads/main", "event": {}, **github}
        return self._run(commit or git(self.source, "rev-parse", "main"), event)

    def pull_request(self, who: str = "erin", email: str = "erin@example.com", **files: str) -> Run:
        """The run of a pull request: what GitHub checks out is its merge into `main`."""
        git(self.source, "checkout", "--quiet", "-b", "change", "main")
        head = self.commit(
            "change", who, email, **{"roster.yaml": "three", ".github/mfa-review.txt": EVIL_HASHES, **files}
        )
        git(self.source, "checkout", "--quiet", "-b", "merge", "main")
        git(self.source, "merge", "--quiet", "--no-ff", "--message", "Merge", head, who="GitHub")
        pull = {"number": 7, "head": {"sha": head}, "user": {"login": "roster-bot"}}
        event = {"event_name": "pull_request", "ref": "refs/pull/7/merge", "event": {"pull_request": pull}}
        return self._run(git(self.source, "rev-parse", "HEAD"), event)

    def _run(self, commit: str, event: dict[str, Any]) -> Run:
        self.given["head"] = self.given["head"] or git(self.source, "rev-parse", "main")
        github = {
            "sha": commit, "actor": "frank", "repository": "acme/infra", "run_id": "500", "token": "t",
            "server_url": self.folder.as_uri(), **event,
        }  # fmt: skip
        (job,) = calls(self.caller).values()
        return Run(
            CALLED[called(job)],
            self.folder / "runs",
            self.source,
            github,
            self._prepare,
            inputs={**given(job, **self.matrix), **self.gives},
            home=self.home,
        )

    def _prepare(self, job: str, home: Path) -> None:
        tool = TOOL.format(python=sys.executable)
        programs = {"bin/gh": GH, "bin/python": PYTHON, "venv/pip": PIP, "venv/python": tool,
                    "venv/mfa-association": tool}  # fmt: skip
        programs.update({f"bin/{name}": text for name, text in self.engines.items()})
        for name, text in programs.items():
            (home / name).parent.mkdir(parents=True, exist_ok=True)
            (home / name).write_text(text)
            (home / name).chmod(0o755)
        (home / "given").mkdir()
        for name, text in {**self.given, **self.in_job.get(job, {})}.items():
            (home / "given" / name).write_text(text)


def log(run: Run, job: str, name: str) -> list[str]:
    """The lines of a job's log of a stand-in."""
    file = run.folder / job / name
    return file.read_text().splitlines() if file.exists() else []


def tool(run: Run, job: str) -> list[dict[str, Any]]:
    """Each call of our own program: its arguments, environment, and files of its folder."""
    return [json.loads(line) for line in log(run, job, "tool.jsonl")]


def applied(run: Run) -> list[list[str]]:
    """What the engine was told to change."""
    return [shlex.split(line) for job in run.document["jobs"] for line in log(run, job, "applied")]


HubMaker = Callable[..., Hub]
