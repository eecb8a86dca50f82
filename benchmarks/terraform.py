"""`python -m benchmarks.terraform`: the Terraform provider beside a script and local-exec, Markdown on stdout."""

from __future__ import annotations

import argparse
import datetime
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from mfa_association.sandbox import RemoteSandbox

from .idle import associations, install_idle
from .machine import machine, versions
from .module import FOR_EACH, Module, blocks, idle_blocks, installed, new_module
from .page import write
from .processes import Failed, Spent, exit_code, sandbox, say, timed
from .project import ROOT, Line, environment, lines, seed
from .rivals import LocalExec
from .scenarios import DESTROY, UP
from .starts import starts
from .terraform_page import APPLY, EACH, FLOOR, FRAME, IDLE, LOCAL, OURS, PLAN, REMOVE, SCRIPT, Result, Sample, render

PAGE = ROOT / "docs" / "performance-terraform.md"
AT_ONCE = 10
"""Threads of the script: how many calls Terraform has under way at once."""
SIZES = {1: 5, 100: 3, 1000: 3, 5000: 1}
"""Associations, and how often each plan is measured; 5,000 take minutes, so they are asked for."""
USUAL = (1, 100, 1000)
BESIDE_LOCAL_EXEC, REMOVED, FOR_EACH_OF = 100, (100,), 1000


def main() -> int:
    """Exit code 0, 1 with one sentence, or 130 after Ctrl-C. A figure over its bound is marked, not an error."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.terraform")
    parser.add_argument("--n", type=int, choices=SIZES, action="append", help="only so many associations")
    parser.add_argument("--page", action="store_true", help=f"write {PAGE.relative_to(ROOT)}")
    options = parser.parse_args()
    return exit_code(lambda: _report(options))


def _report(options: argparse.Namespace) -> None:
    report = render(_measure(options.n or list(USUAL)))
    print(report, end="")
    if options.page:
        write(PAGE, report, FRAME)


def _measure(sizes: list[int]) -> Result:
    if not shutil.which("terraform"):
        raise Failed("there is no `terraform` on PATH; `make bench-terraform` finds or makes one")
    about, date = machine(), datetime.datetime.now(datetime.timezone.utc).date()
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as name:
        folder, home = Path(name), Path(name) / "home"
        shim = installed(home)
        say("starting the provider")
        begun = starts(shim, environment(home))
        idle = install_idle(home)
        samples = [sample for n in sizes for sample in _size(n, folder / str(n), home, idle)]
    return Result(samples, begun, about, versions(), date.isoformat())


def _size(n: int, folder: Path, home: Path, idle: bool) -> Iterator[Sample]:
    """Apply, then plan in turns with the script; where it is asked for, remove all, and local-exec beside."""
    say(f"{n:,} associations")
    folder.mkdir()
    (folder / "seed.json").write_text(json.dumps(seed(n)))
    with ExitStack() as stack:
        boxes = {
            name: RemoteSandbox(stack.enter_context(sandbox(folder / "seed.json", environment(home))))
            for name in (OURS, SCRIPT, *([LOCAL] if n == BESIDE_LOCAL_EXEC else []))
        }
        module = new_module(folder / "ours", home, boxes[OURS].url, lines(n), blocks(lines(n)))
        yield _sample(n, OURS, APPLY, boxes[OURS], module.run("apply", "-auto-approve"))
        _verify(module, n)
        floors = _floors(n, folder, home, boxes[OURS].url, idle)
        for who, floor in floors.items():
            yield _sample(n, who, APPLY, boxes[OURS], floor.run("apply", "-auto-approve"))
        for _ in range(SIZES[n]):
            for who, floor in floors.items():
                yield _sample(n, who, PLAN, boxes[OURS], floor.run("plan", "-detailed-exitcode"))
            yield _sample(n, OURS, PLAN, boxes[OURS], module.run("plan", "-detailed-exitcode"))
            yield _sample(n, SCRIPT, PLAN, boxes[SCRIPT], _script(boxes[SCRIPT].url, lines(n), folder, home))
        if n == FOR_EACH_OF:
            each = new_module(folder / "each", home, boxes[OURS].url, lines(n), FOR_EACH)
            yield _sample(n, EACH, APPLY, boxes[OURS], each.run("apply", "-auto-approve"))
            yield _sample(n, EACH, PLAN, boxes[OURS], each.run("plan", "-detailed-exitcode"))
        if n in REMOVED:
            yield _sample(n, OURS, REMOVE, boxes[OURS], module.run("destroy", "-auto-approve"))
            _verify(module, 0)
        if LOCAL in boxes:
            yield from _local_exec(n, folder, home, boxes[LOCAL])


def _floors(n: int, folder: Path, home: Path, url: str, idle: bool) -> dict[str, Module]:
    """What does nothing: within the engine, and beyond its protocol."""
    written = {FLOOR: idle_blocks(lines(n)), **({IDLE: associations(lines(n))} if idle else {})}
    return {
        who: new_module(folder / f"floor-{number}", home, url, lines(n), main)
        for number, (who, main) in enumerate(written.items())
    }


def _local_exec(n: int, folder: Path, home: Path, box: RemoteSandbox) -> Iterator[Sample]:
    rival = LocalExec(lines(n), folder / "local-exec", home, box.url)
    for step, told in ((UP, APPLY), (DESTROY, REMOVE)):
        spent = rival(step)
        assert spent
        yield _sample(n, LOCAL, told, box, spent)


def _script(url: str, declared: list[Line], folder: Path, home: Path) -> Spent:
    command = [sys.executable, "-m", "benchmarks.bare", url, "list", str(AT_ONCE)]
    text = "".join(f"{user} {serial}\n" for user, serial in declared)
    return timed(command, cwd=folder, env=environment(home), text=text)


def _sample(n: int, who: str, step: str, box: RemoteSandbox, spent: Spent) -> Sample:
    calls = box.calls()
    box.reset_calls()
    say(f"  {step:22}  {who:34}  {spent.wall:6.2f} s  {sum(calls.values())} calls")
    return Sample(n, who, step, spent.wall, spent.provider.memory if spent.provider else 0.0, dict(calls))


def _verify(module: Module, n: int) -> None:
    """A figure of something that did not happen is worth nothing."""
    records = module.records()
    if len(records) != n or not all(record["active"] for record in records):
        raise Failed(f"{len(records)} records, not {n} active ones")


if __name__ == "__main__":
    sys.exit(main())
