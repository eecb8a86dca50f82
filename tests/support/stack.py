"""One Pulumi project with a stack of its own, driven through the real CLI."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mfa_association.tokens import PULUMI_TYPE

ACCOUNT = "111122223333"
ADMIN = "ASIASANDBOXADMIN0000"
TYPE = PULUMI_TYPE
SCRIPTS = Path(sys.executable).parent
SHORT_LIVED = Path(__file__).parent / "short_lived"
"""What makes each Python of a run quicker; it changes nothing else."""
ROSTER_PROGRAM = 'from mfa_association.pulumi import declare\n\ndeclare("roster.yaml")\n'


_NEW_STACK: dict[Path, bytes] = {}


def spare_pip(folder: Path) -> None:
    """Answer for pip: before each run the language host asks it for packages with plugins, a third of the run's cost."""
    (folder / "pip.py").write_text("print('[]')\n")


def virtual(name: str) -> str:
    """The serial number of a virtual device of the test account."""
    return f"arn:aws:iam::{ACCOUNT}:mfa/{name}"


@dataclass(frozen=True)
class Output:
    """What one command of the CLI left behind."""

    code: int
    text: str
    calls: list[dict[str, Any]]
    log: str = ""

    def methods(self, name: str | None = None) -> list[str]:
        """The provider's CRUD calls in order, of the resource of this URN name if given."""
        own = [call for call in self.calls if name is None or call["request"].get("urn", "").endswith(f"::{name}")]
        return [call["method"].rpartition("/")[2] for call in own]


@dataclass
class Stack:
    """A project in ``folder``; ``home`` is shared by all stacks of a test session."""

    folder: Path
    home: Path
    endpoint: str
    key: str = ADMIN
    config: dict[str, Any] = field(default_factory=dict)
    env: dict[str, str] = field(default_factory=dict)
    scripts: Path = SCRIPTS

    def __post_init__(self) -> None:
        self.program(ROSTER_PROGRAM)
        (self.folder / "Pulumi.yaml").write_text("name: test\nruntime: python\n")
        (self.folder / "state").mkdir()
        if self.scripts == SCRIPTS:
            spare_pip(self.folder)
        self._write_config()
        self._init()

    def configure(self, **config: Any) -> None:
        """Set stack config; ``aws_region`` stands for ``aws:region``."""
        self.config.update({key.replace("_", ":", 1): value for key, value in config.items()})
        self._write_config()

    def program(self, text: str) -> None:
        """Write the program."""
        (self.folder / "__main__.py").write_text(text)

    def roster(self, text: str) -> None:
        """Write the roster."""
        (self.folder / "roster.yaml").write_text(text)

    def lines(self, **users: list[str]) -> None:
        """Write a roster of users and their serial numbers."""
        self.roster(json.dumps({"users": users}))

    def up(self, *options: str, **env: str) -> Output:
        """``pulumi up`` without its preview."""
        return self.run("up", "--yes", "--skip-preview", "--non-interactive", *options, **env)

    def preview(self, *options: str, **env: str) -> Output:
        """``pulumi preview``."""
        return self.run("preview", "--non-interactive", *options, **env)

    def refresh(self, *options: str, **env: str) -> Output:
        """``pulumi refresh`` without its preview."""
        return self.run("refresh", "--yes", "--skip-preview", "--non-interactive", *options, **env)

    def destroy(self, *options: str, **env: str) -> Output:
        """``pulumi destroy`` without its preview."""
        return self.run("destroy", "--yes", "--skip-preview", "--non-interactive", *options, **env)

    def must(self, *arguments: str) -> Output:
        """A command that has to succeed."""
        done = self.run(*arguments)
        assert done.code == 0, done.text
        return done

    def run(self, *arguments: str, **env: str) -> Output:
        """Any command of the CLI; environment variables as keywords."""
        log = self.folder / "grpc.json"
        log.unlink(missing_ok=True)
        done = subprocess.run(
            ["pulumi", "--color", "never", *arguments],
            cwd=self.folder,
            env={**self.environment(), "PULUMI_DEBUG_GRPC": str(log), **env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
        )
        return Output(done.returncode, done.stdout, _provider_calls(log), log.read_text() if log.exists() else "")

    @contextmanager
    def started(self, *arguments: str, **env: str) -> Iterator[subprocess.Popen[str]]:
        """A command under way, in a process group of its own; it must have ended well when the block ends."""
        process = subprocess.Popen(
            ["pulumi", "--color", "never", *arguments],
            cwd=self.folder,
            env={**self.environment(), **env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        yield process
        text, _ = process.communicate(timeout=60)
        assert process.returncode == 0, text

    def state(self) -> dict[str, dict[str, Any]]:
        """The associations in state by name: the engine's records."""
        return {urn.rpartition("::")[2]: record for urn, record in self._records().items() if record["type"] == TYPE}

    def outputs(self) -> dict[str, dict[str, Any]]:
        """The outputs of the associations in state by name."""
        return {name: _without_provider(record["outputs"]) for name, record in self.state().items()}

    def checkpoint(self) -> str:
        """The raw state file, to compare before and after."""
        return next((self.folder / "state").rglob("dev.json")).read_text()

    def _init(self) -> None:
        """``pulumi stack init``, once for all: a new stack is files, and the same ones every time."""
        if not _NEW_STACK:
            self.must("stack", "init", "dev", "--non-interactive")
            made = [path for path in self.folder.rglob("*") if path.is_file() and path.name != "pip.py"]
            _NEW_STACK.update({path.relative_to(self.folder): path.read_bytes() for path in made})
        for path, content in _NEW_STACK.items():
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / path).write_bytes(content)
        self._write_config()

    def _records(self) -> dict[str, dict[str, Any]]:
        resources = json.loads(self.checkpoint())["checkpoint"]["latest"].get("resources") or []
        return {resource["urn"]: resource for resource in resources}

    def _write_config(self) -> None:
        path = self.folder / "Pulumi.dev.yaml"
        salt = [line for line in path.read_text().splitlines() if "salt" in line] if path.exists() else []
        usual = {"aws:region": "us-east-1", "aws:endpoints": [{"iam": self.endpoint, "sts": self.endpoint}]}
        config = {**usual, "mfa:propagationTime": 1, "mfa:retryDeadline": 2, **self.config}
        path.write_text("\n".join([*salt, f"config: {json.dumps(config)}", ""]))

    def environment(self) -> Mapping[str, str]:
        """What the CLI is run with for this stack."""
        usual = environment(self.home, self.key, (self.folder / "state").as_uri(), self.scripts)
        return {**usual, "PULUMI_STACK": "dev", **self.env}


def environment(home: Path, key: str, backend: str, scripts: Path = SCRIPTS) -> dict[str, str]:
    """What the CLI is run with: nobody's home, the access key of the sandbox, and where the state is."""
    passed = {name: os.environ[name] for name in ("TMPDIR", "LANG", "XDG_STATE_HOME") if name in os.environ}
    return {
        **passed,
        "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(SHORT_LIVED),
        "HOME": str(home),
        "PULUMI_HOME": str(home / ".pulumi"),
        "PULUMI_BACKEND_URL": backend,
        "PULUMI_CONFIG_PASSPHRASE": "test",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "GOGC": "400",  # the engine lives for a second: it need not collect its garbage
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def _provider_calls(log: Path) -> list[dict[str, Any]]:
    """The answered calls to resource providers that PULUMI_DEBUG_GRPC recorded, less configuration."""
    if not log.exists():
        return []
    entries = [json.loads(line) for line in log.read_text().split("\n") if line]
    crud = {f"/pulumirpc.ResourceProvider/{verb}" for verb in ("Check", "Diff", "Create", "Read", "Update", "Delete")}
    return [entry for entry in entries if entry["method"] in crud and entry["progress"] == "response_completed"]


def _without_provider(outputs: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in outputs.items() if key != "__provider"}
