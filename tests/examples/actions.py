"""GitHub's runner as far as our workflows need it: each job has a machine of its own, each step its own shell.

What a step writes to ``$GITHUB_ENV`` and ``$GITHUB_PATH`` reaches the later steps of its job and nobody else, as with
GitHub. Actions are stand-ins; so are all programs but git, jq and the shell's own.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.yaml_files import read_yaml

SHELL = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c"]
_PART = re.compile(r"\s*\|\|\s*|\s*&&\s*|\s*[!=]=\s*")


def evaluate(expression: str, context: Mapping[str, Any]) -> Any:
    """GitHub's expressions: paths, texts, ``==``, ``!=``, ``&&``, ``||`` and ``always()``."""
    for operator in ("||", "&&"):
        left, found, right = expression.partition(operator)
        if found:
            value = evaluate(left, context)
            return evaluate(right, context) if bool(value) == (operator == "&&") else value
    for operator in ("==", "!="):
        left, found, right = expression.partition(operator)
        if found:
            return (evaluate(left, context) == evaluate(right, context)) == (operator == "==")
    name = expression.strip()
    if name == "always()":
        return True
    if name.startswith("'"):
        return name.strip("'")
    value = context
    for part in name.split("."):
        value = value.get(part, "") if isinstance(value, Mapping) else ""
    return value


def fill(text: Any, context: Mapping[str, Any]) -> str:
    """A text with its ``${{ }}`` filled in."""
    return re.sub(r"\$\{\{(.*?)\}\}", lambda found: str(evaluate(found[1], context)), str(text))


@dataclass
class Artifacts:
    """The artifacts of one run: files by id."""

    files: dict[str, dict[str, bytes]] = field(default_factory=dict)

    def keep(self, files: Mapping[str, bytes]) -> str:
        """Keep files; their id."""
        identity = str(len(self.files) + 1)
        self.files[identity] = dict(files)
        return identity


@dataclass
class Run:
    """One run of a workflow; ``folder`` holds the machines of its jobs, ``source`` is what a checkout gives."""

    workflow: Path
    folder: Path
    source: Path
    github: dict[str, Any]
    prepare: Callable[[str, Path], None]
    artifacts: Artifacts = field(default_factory=Artifacts)
    needs: dict[str, dict[str, Any]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    inputs: dict[str, Any] = field(default_factory=dict)
    """What the workflow that calls it gives."""
    home: dict[str, str] = field(default_factory=dict)
    """What the context ``job`` says of the repository that the workflow is of."""

    def __post_init__(self) -> None:
        self.document: dict[Any, Any] = read_yaml(self.workflow.read_text())
        known = self.document[True]["workflow_call"]["inputs"]
        missing = {name for name, one in known.items() if one.get("required")} - set(self.inputs)
        assert set(self.inputs) <= set(known) and not missing, (self.inputs, missing)
        self.inputs = {**{name: one["default"] for name, one in known.items() if "default" in one}, **self.inputs}

    def machine(self, job: str) -> Path:
        """The workspace of a job."""
        return self.folder / job / "work"

    def summary(self, job: str) -> str:
        """What a job says in the run's summary."""
        file = self.folder / job / "summary"
        return file.read_text() if file.exists() else ""

    def job(self, name: str) -> str:
        """Run a job; how it ends: success, failure or skipped. ``failed`` has the step that ended it."""
        job = self.document["jobs"][name]
        needed = [job["needs"]] if isinstance(job.get("needs"), str) else job.get("needs", [])
        about = {"check_run_id": f"{len(self.needs)}01", **self.home}
        context = {"github": self.github, "inputs": self.inputs, "job": about}
        context["needs"] = {one: self.needs[one] for one in needed}
        condition = str(job.get("if", "success()"))
        passed = all(self.needs[one]["result"] == "success" for one in needed)
        if not (passed or "always()" in condition) or not (condition == "success()" or evaluate(condition, context)):
            self.needs[name] = {"result": "skipped", "outputs": {}}
            return "skipped"
        return _Machine(self, name, job, context).run()

    def play(self) -> dict[str, str]:
        """All jobs in order; how each ended."""
        return {name: self.job(name) for name in self.document["jobs"]}


class _Machine:
    def __init__(self, run: Run, name: str, job: dict[str, Any], context: dict[str, Any]) -> None:
        self.run_, self.name, self.job, self.context = run, name, job, {**context, "steps": {}}
        self.home = run.folder / name
        shutil.rmtree(self.home, ignore_errors=True)
        self.work = self.home / "work"
        self.work.mkdir(parents=True)
        run.prepare(name, self.home)
        self.context["runner"] = {"temp": str(self.home)}
        self.env = {
            "PATH": f"{self.home}/bin:/usr/bin:/bin",
            "HOME": str(self.home),
            "RUNNER_TEMP": str(self.home),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GITHUB_SHA": run.github["sha"],
            "GITHUB_REF": run.github["ref"],
            "GITHUB_EVENT_NAME": run.github["event_name"],
            "GITHUB_ACTOR": run.github["actor"],
            "GITHUB_REPOSITORY": run.github["repository"],
            "GITHUB_SERVER_URL": run.github["server_url"],
            # Of the workflow that calls.
            "GITHUB_WORKFLOW_REF": f"acme/infra/.github/workflows/mfa.yml@{run.github['ref']}",
        }
        for block in (run.document.get("env") or {}, job.get("env") or {}):
            self.env.update({key: fill(value, self.context) for key, value in block.items()})

    def run(self) -> str:
        result = "success"
        for step in self.job["steps"]:
            condition = str(step.get("if", "true"))
            alive = result == "success" or "always()" in condition
            if not alive or not (condition == "true" or evaluate(condition, self.context)):
                continue
            if not self._step(step) and not step.get("continue-on-error"):
                self.run_.failed.setdefault(self.name, step.get("id") or step.get("uses") or step["run"])
                result = "failure"
        outputs = {key: fill(value, self.context) for key, value in (self.job.get("outputs") or {}).items()}
        self.run_.needs[self.name] = {"result": result, "outputs": outputs}
        return result

    def _step(self, step: dict[str, Any]) -> bool:
        given = {key: fill(value, self.context) for key, value in (step.get("with") or {}).items()}
        if "uses" in step:
            outputs, good = self._action(step["uses"].partition("@")[0], given)
        else:
            folder = Path(fill(step.get("working-directory", self.work), self.context))
            outputs, good = self._shell(step["run"], step.get("env") or {}, folder)
        if "id" in step:
            self.context["steps"][step["id"]] = {"outputs": outputs}
        return good

    def _shell(self, script: str, env: Mapping[str, Any], folder: Path) -> tuple[dict[str, str], bool]:
        channels = {name: self.home / name.lower() for name in ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH")}
        for file in channels.values():
            file.write_text("")
        step = {key: fill(value, self.context) for key, value in env.items()}
        files = {
            **{key: str(file) for key, file in channels.items()},
            "GITHUB_STEP_SUMMARY": str(self.home / "summary"),
        }
        done = subprocess.run([*SHELL, script], cwd=folder, env={**self.env, **files, **step}, check=False)
        self.env.update(_pairs(channels["GITHUB_ENV"]))
        for line in channels["GITHUB_PATH"].read_text().splitlines():
            self.env["PATH"] = f"{line}{os.pathsep}{self.env['PATH']}"
        return _pairs(channels["GITHUB_OUTPUT"]), done.returncode == 0

    def _action(self, name: str, given: Mapping[str, str]) -> tuple[dict[str, str], bool]:
        kept = self.run_.artifacts
        if name == "actions/checkout":
            shutil.copytree(self.run_.source, self.work, dirs_exist_ok=True)
        elif name == "actions/upload-artifact":
            file = self.work / given["path"]
            if not file.is_file():
                return {}, False
            content = file.read_bytes()
            identity = kept.keep({file.name: content})
            return {"artifact-id": identity, "artifact-digest": hashlib.sha256(content).hexdigest()}, True
        elif name == "actions/download-artifact":
            if given.get("artifact-ids") not in kept.files or set(given) != {"artifact-ids", "path"}:
                return {}, False
            for file_name, content in kept.files[given["artifact-ids"]].items():
                (self.work / given["path"]).mkdir(parents=True, exist_ok=True)
                (self.work / given["path"] / file_name).write_bytes(content)
        elif name == "aws-actions/configure-aws-credentials":
            self.env.update({"AWS_ACCESS_KEY_ID": given["role-to-assume"], "AWS_SECRET_ACCESS_KEY": "secret"})
        return {}, True


def _pairs(file: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in file.read_text().splitlines() if "=" in line)
