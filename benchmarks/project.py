"""A Pulumi project with a stack of its own: nobody's home, nobody's state."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .processes import Spent, timed

ACCOUNT = "111122223333"
KEY = "ASIASANDBOXADMIN0000"
ROOT = Path(__file__).resolve().parent.parent
OURS = 'from mfa_association.pulumi import declare\n\ndeclare("roster.yaml")\n'
FLOOR = """import json
from pathlib import Path

from benchmarks.floor import NoOpAssociation

for user, (serial,) in json.loads(Path("roster.yaml").read_text())["users"].items():
    NoOpAssociation(serial.rpartition(":")[2], user_name=user, serial_number=serial)
"""

Line = tuple[str, str]


def lines(n: int) -> list[Line]:
    """User names and serial numbers of N users, each with one virtual device."""
    users = [f"user-{number:05}" for number in range(n)]
    return [(user, f"arn:aws:iam::{ACCOUNT}:mfa/{user}-phone") for user in users]


def seed(n: int) -> dict[str, Any]:
    """The sandbox's seed for those."""
    users = {user: {"devices": [{"kind": "virtual", "name": f"{user}-phone", "held": True}]} for user, _ in lines(n)}
    return {"accounts": {ACCOUNT: {"users": users}}, "keys": {KEY: {"account": ACCOUNT, "role": "infra"}}}


def environment(home: Path, **more: str) -> dict[str, str]:
    """A clean environment, with the engine of this process's PATH and a home that is nobody's."""
    kept = {name: os.environ[name] for name in ("TMPDIR", "LANG") if name in os.environ}
    return {
        **kept,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        # This checkout's own package, wherever .venv was made.
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "providers")]),
        "HOME": str(home),
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_EC2_METADATA_DISABLED": "true",
        **more,
    }


def write_roster(folder: Path, declared: list[Line]) -> None:
    """Write a folder's roster.yaml."""
    users = {user: [serial] for user, serial in declared}
    (folder / "roster.yaml").write_text(json.dumps({"users": users}, indent=1))


@dataclass(frozen=True)
class Project:
    """One program in a folder of its own, against one endpoint."""

    folder: Path
    env: Mapping[str, str]

    def declare(self, declared: list[Line]) -> None:
        """Write the roster that both programs read."""
        write_roster(self.folder, declared)

    def run(self, *arguments: str) -> Spent:
        """Run one command of the CLI."""
        command = ["pulumi", "--color", "never", "--non-interactive", *arguments]
        return timed(command, cwd=self.folder, env=self.env)

    def records(self) -> list[dict[str, Any]]:
        """The engine's records of the associations."""
        found = json.loads(self.exported())["deployment"].get("resources") or []
        return [record for record in found if record["type"].startswith("pulumi-python:dynamic/iam:")]

    def exported(self) -> str:
        """The state, wherever it is kept. Raises ``CalledProcessError``."""
        command = ["pulumi", "stack", "export"]
        done = subprocess.run(command, cwd=self.folder, env=self.env, capture_output=True, text=True, check=True)
        return done.stdout


def new_project(folder: Path, program: str, home: Path, endpoint: str, **more: str) -> Project:
    """Make a project with an empty stack in a folder; ``more``: for the environment, and where the state is."""
    (folder / "__main__.py").write_text(program)
    (folder / "Pulumi.yaml").write_text("name: bench\nruntime: python\n")
    config = {"aws:region": "us-east-1", "aws:endpoints": [{"iam": endpoint, "sts": endpoint}]}
    (folder / "Pulumi.dev.yaml").write_text(json.dumps({"config": config}))
    engine = {
        "PULUMI_HOME": str(home / ".pulumi"),
        "PULUMI_CONFIG_PASSPHRASE": "bench",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        **more,
    }
    project = Project(folder, environment(home, **engine))
    project.run("stack", "init", "dev")
    return project
