"""The rounds: every step is run by each contender in turn, so that a noisy moment hits neighbours alike."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from mfa_association.sandbox import RemoteSandbox

from .figures import BARE, CONTENDERS, DESTROY, FLOOR, OURS, PREVIEW, REFRESH, REMOVE, STEPS, UP, Sample, Weight, weigh
from .processes import Failed, Spent, sandbox, say, timed
from .project import ACCOUNT, Line, Project, environment, lines, new_project, seed
from .project import FLOOR as FLOOR_PROGRAM
from .project import OURS as OUR_PROGRAM

NOW = ("--yes", "--skip-preview")
COMMANDS = {
    UP: ("up", *NOW),
    PREVIEW: ("preview", "--expect-no-changes"),
    REFRESH: ("refresh", *NOW, "--expect-no-changes"),
    REMOVE: ("up", *NOW),
    DESTROY: ("destroy", *NOW),
}
WARM = 2


@dataclass(frozen=True)
class Contender:
    """Somebody who runs steps; ``box``: the AWS it works on, ``project``: None for the bare script."""

    name: str
    box: RemoteSandbox
    run: Callable[[str], Spent | None]
    project: Project | None = None


@dataclass(frozen=True)
class Round:
    """What one round found; ``weights``: state per association after the first up."""

    samples: list[Sample]
    weights: dict[str, Weight]


def rounds(n: int, count: int, folder: Path) -> Iterator[Round]:
    """A short round that only warms caches, then as many as asked for; each with new sandboxes and new stacks."""
    say("warming up")
    _round(0, WARM, folder / "warm", folder / "home")
    for number in range(1, count + 1):
        say(f"round {number} of {count}")
        yield _round(number, n, folder / str(number), folder / "home")


def _round(number: int, n: int, folder: Path, home: Path) -> Round:
    home.mkdir(parents=True, exist_ok=True)
    done = Round([], {})
    with _contenders(n, folder, home) as contenders:
        for step in STEPS:
            # Whoever went first in one round goes last in the next.
            for contender in contenders if number % 2 else contenders[::-1]:
                _step(done, number, contender, step)
            _verify(contenders, n, step)
            if step == UP:
                done.weights.update({one.name: _weight(one.project, n) for one in contenders if one.project})
    return done


def _step(done: Round, number: int, contender: Contender, step: str) -> None:
    contender.box.reset_calls()
    spent = contender.run(step)
    if spent:
        calls = contender.box.calls()
        done.samples.append(Sample(number, contender.name, step, spent.wall, spent.cpu, calls))
        say(f"  {step:18}  {contender.name:15}  {spent.wall:6.2f} s  {sum(calls.values())} calls")


def _verify(contenders: list[Contender], n: int, step: str) -> None:
    """A figure of something that did not happen is worth nothing."""
    left = {REMOVE: n - 1, DESTROY: 0}.get(step, n)
    for contender in contenders:
        held = len(contender.box.holders(ACCOUNT))
        recorded = len(contender.project.records()) if contender.project else left
        if recorded != left or (contender.name != FLOOR and held != left):
            raise Failed(f"after {step}, {contender.name}: {held} held and {recorded} recorded instead of {left}")


def _weight(project: Project, n: int) -> Weight:
    records = project.records()
    if len(records) != n or not all(record["outputs"]["active"] for record in records):
        raise Failed(f"{len(records)} records, not {n} active ones")
    return weigh(records, len(project.checkpoint().encode()))


@contextmanager
def _contenders(n: int, folder: Path, home: Path) -> Iterator[list[Contender]]:
    """All three; each has an AWS of its own, for both of the real ones deactivate the same devices."""
    folder.mkdir(parents=True)
    path = folder / "seed.json"
    path.write_text(json.dumps(seed(n)))
    with ExitStack() as stack:
        urls = {name: stack.enter_context(sandbox(path, environment(home))) for name in CONTENDERS}
        yield [
            _with_engine(FLOOR, FLOOR_PROGRAM, n, folder / "floor", home, urls[FLOOR]),
            _with_engine(OURS, OUR_PROGRAM, n, folder / "ours", home, urls[OURS]),
            _without_engine(n, folder, home, urls[BARE]),
        ]


def _with_engine(name: str, program: str, n: int, folder: Path, home: Path, url: str) -> Contender:
    project = new_project(folder, program, home, url)
    declared = lines(n)

    def run(step: str) -> Spent:
        project.declare(declared[1:] if step == REMOVE else declared)
        return project.run(*COMMANDS[step])

    return Contender(name, RemoteSandbox(url), run, project)


def _without_engine(n: int, folder: Path, home: Path, url: str) -> Contender:
    declared, env = lines(n), environment(home)
    work: dict[str, tuple[str, list[Line]]] = {
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
        return timed(command, cwd=folder, env=env, text="".join(f"{user} {serial}\n" for user, serial in todo))

    return Contender(BARE, RemoteSandbox(url), run)
