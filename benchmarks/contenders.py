"""Who runs the steps, each on an AWS of its own, for the real ones deactivate the same devices."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from mfa_association.sandbox import RemoteSandbox

from .processes import Spent, bucket, sandbox, timed
from .project import FLOOR as FLOOR_PROGRAM
from .project import OURS as OUR_PROGRAM
from .project import Line, Project, environment, lines, new_project, seed
from .rivals import LocalExec, Loop, has_terraform
from .scenarios import AWS_CLI, BARE, DESTROY, FLOOR, LOCAL_EXEC, OURS, PREVIEW, REFRESH, REMOVE, UP, Scenario

NOW = ("--yes", "--skip-preview")
COMMANDS = {
    UP: ("up", *NOW),
    PREVIEW: ("preview", "--expect-no-changes"),
    REFRESH: ("refresh", *NOW, "--expect-no-changes"),
    REMOVE: ("up", *NOW),
    DESTROY: ("destroy", *NOW),
}
PROGRAMS = {FLOOR: FLOOR_PROGRAM, OURS: OUR_PROGRAM}

Runner = Callable[[str], Spent | None]


@dataclass(frozen=True)
class Contender:
    """Somebody who runs steps; ``box``: the AWS it works on, ``project``: None for those without Pulumi."""

    name: str
    box: RemoteSandbox
    run: Runner
    project: Project | None = None


@contextmanager
def contenders(scenario: Scenario, folder: Path, home: Path) -> Iterator[list[Contender]]:
    """All of a scenario's, ready to start."""
    folder.mkdir(parents=True)
    path = folder / "seed.json"
    path.write_text(json.dumps(seed(scenario.n)))
    names = [name for name in scenario.contenders if name != LOCAL_EXEC or has_terraform()]
    with ExitStack() as stack:
        urls = {name: stack.enter_context(sandbox(path, environment(home))) for name in names}
        engines = [name for name in names if name in PROGRAMS]
        backends = {name: stack.enter_context(_backend(scenario, folder / _short(name), home)) for name in engines}
        yield [_contender(name, scenario, folder, home, urls[name], backends.get(name, "")) for name in names]


@contextmanager
def _backend(scenario: Scenario, folder: Path, home: Path) -> Iterator[str]:
    """Where a contender's state is kept: the URL."""
    (folder / "state").mkdir(parents=True)
    if not scenario.bucket:
        yield (folder / "state").as_uri()
        return
    with bucket(folder, environment(home)) as url:
        yield url


def _short(name: str) -> str:
    return name.partition(" ")[0].strip(",")


def _contender(name: str, scenario: Scenario, folder: Path, home: Path, url: str, backend: str) -> Contender:
    box, declared = RemoteSandbox(url), lines(scenario.n)
    own = folder / _short(name)
    if name in PROGRAMS:
        skip = {} if scenario.checkpoints else {"PULUMI_SKIP_CHECKPOINTS": "true"}
        project = new_project(own, PROGRAMS[name], home, url, PULUMI_BACKEND_URL=backend, **skip)
        found = Contender(name, box, _with_engine(project, declared), project)
    elif name == BARE:
        found = Contender(name, box, _with_boto(declared, folder, home, url))
    else:
        found = Contender(name, box, (Loop if name == AWS_CLI else LocalExec)(declared, own, home, url))
    if scenario.limit:
        box.throttle(scenario.limit, scenario.limit)
    return found


def _with_engine(project: Project, declared: list[Line]) -> Runner:
    def run(step: str) -> Spent:
        project.declare(declared[1:] if step == REMOVE else declared)
        return project.run(*COMMANDS[step])

    return run


def _with_boto(declared: list[Line], folder: Path, home: Path, url: str) -> Runner:
    work = {
        UP: ("list", declared),
        REFRESH: ("list", declared),
        REMOVE: ("deactivate", declared[:1]),
        DESTROY: ("deactivate", declared[1:]),
    }

    def run(step: str) -> Spent | None:
        if step not in work:
            return None
        verb, todo = work[step]
        command = [sys.executable, "-m", "benchmarks.bare", url, verb]
        text = "".join(f"{user} {serial}\n" for user, serial in todo)
        return timed(command, cwd=folder, env=environment(home), text=text)

    return run
