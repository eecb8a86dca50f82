"""What the Terraform provider is held to, and the figures as Markdown; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from .page import BEGIN, END
from .report import Labelled, table
from .starts import Start

OURS, SCRIPT, LOCAL = "mfa_device_association", "boto3 script, ten threads", "terraform_data, local-exec"
FLOOR, EACH = "terraform_data, which does nothing", "mfa_device_association, for_each"
IDLE = "a provider in Go that does nothing"
APPLY, PLAN, REMOVE = "apply (adopting)", "plan, with refresh", "destroy"
PLAN_BOUNDS = {1: 4.0, 1000: 1.5}
"""Times the script that a plan may take."""
LOCAL_BOUND = 8.0
"""Times ours that local-exec must take to apply 100."""
START_BOUND, MEMORY_BOUND = 125.0, 45.0
PER_PAGE = 1000

FRAME = f"""# Performance of the Terraform provider

AWS calls are counted and times are ratios to something that ran in the same minutes on the same machine. All figures
below come from one run of `make bench-terraform ARGS=--page`. For Pulumi see [performance](performance.md).

{BEGIN}
{END}

## What bounds it

| | |
|---|---|
| reads | all virtual devices of the account in pages of 1,000, once for all associations of a run |
| start | Terraform starts a provider several times a command (2 to 5); it answers with its schema before it loads botocore. Before the handshake it loads what TLS needs, the rest (`h2` among it) while the engine connects |
| calls | a plan makes five calls of the protocol for each association. What the engine and its own SDK take for them shows the provider in Go: it has as many arguments, makes no AWS call and answers at once |
| `for_each` | the engine evaluates it anew for each instance, over all of them: its own time grows with the square of their number. Let it have a map of text, as in [terraform](terraform.md#for-many-devices), and no set; for more than about 1,000 devices a block each, or several root modules |
| at once | `-parallelism`, 10 unless you set it |
| removals | three calls each: each is guarded by a look of its own, and the plan looks ahead |

The script makes one ListMFADevices call for each association, ten at once as Terraform does; it plans nothing and keeps
no state. For 1,000 its bound cannot be kept by any provider: see what the engine takes with one that does nothing.
`terraform_data` runs the aws CLI in a local-exec provisioner for each; it cannot refresh. AWS is the sandbox, one
process for each of them, whose answers take processor time on the same cores. Each association is a resource block of
its own, but in the rows that say `for_each`.

## What one client can take

The engine that TLS has verified is the only client; it is bounded all the same. `h2` speaks HTTP/2: 100 calls at once on
a connection, windows of 64 KiB. Besides, 16 MiB of requests are kept for one connection (a request that exceeds them is
refused with RESOURCE_EXHAUSTED), no call is begun while 16 MiB of answers wait to be taken, calls that wait are dropped
when they are given up or their client hangs up, and who reads no answers is read no further.

| one client, 2026-11-28 | provider, peak MB | with the HTTP/2 of our own before, MB |
|---|---|---|
| one call | 27 | 26 |
| 3,000 unfinished requests of 64 KiB | 27: hung up on at the 101st | 233 |
| 99 unfinished requests of 16 MB in all, then a frame of 16 MiB | 60 | |
| 20,000 calls, each given up at once | 29 | 26 |
| 1,000,000 pings whose answers are not read | 27 | 43 |

`make test-deep` has h2spec judge it on a TCP socket: 132 of its 145 cases pass (85 before). All that fail are checks of
headers, which are off because the peer is the engine and each call pays for them:

| h2spec | what it sends | instead of a stream error |
|---|---|---|
| 8.1.2 | a header name in capitals | the call is answered |
| 8.1.2.1 (1, 2, 4) | an unknown pseudo-header, one of a response, one after a usual header | the call is answered |
| 8.1.2.2 (1, 2) | `connection`, or a `te` other than `trailers` | the call is answered |
| 8.1.2.3 (1, 4) | an empty `:path`, or none | refused as UNIMPLEMENTED |
| 8.1.2.3 (2, 3, 5, 6, 7) | no `:method` or `:scheme`; one of the three twice | the call is answered |

## Rerun

```console
$ make bench-terraform                      # 1, 100 and 1,000
$ make bench-terraform ARGS="--n 5000"      # more, with patience
$ make bench-terraform ARGS=--page          # into this page: about 9 minutes
$ .venv/bin/python -m benchmarks.greedy     # what one client can take: half a minute
```
"""


@dataclass(frozen=True)
class Sample:
    """One command: seconds, the provider's peak memory in MB, and what reached AWS by action."""

    n: int
    who: str
    step: str
    wall: float
    memory: float = 0.0
    calls: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """A whole run."""

    samples: Sequence[Sample]
    starts: Sequence[Start]
    machine: Labelled
    versions: Labelled
    date: str

    def of(self, n: int, who: str, step: str) -> list[Sample]:
        """The samples of one contender at one step."""
        return [one for one in self.samples if (one.n, one.who, one.step) == (n, who, step)]

    def wall(self, n: int, who: str, step: str) -> float | None:
        """The median of the seconds; None where it was not measured."""
        found = self.of(n, who, step)
        return median(one.wall for one in found) if found else None


def render(result: Result) -> str:
    """The whole report."""
    parts = [
        f"One virtual device for each user; {result.date}.",
        "### From its start to the handshake",
        table(("", "median", "at most", ""), _starts(result.starts)),
        "### Plan and apply",
        table(("associations", "step", "ours, s", "rival", "rival, s", "ratio", "bound", ""), _ratios(result)),
        "### AWS calls and memory",
        table(("associations", "step", "calls", "provider, peak MB", ""), _calls(result)),
        "### Measured on",
        table(("", ""), [*result.machine, *result.versions]),
    ]
    return "\n\n".join(parts) + "\n"


def _starts(found: Sequence[Start]) -> Iterator[Sequence[str]]:
    figures = (
        ("milliseconds", median(one.milliseconds for one in found), START_BOUND),
        ("resident memory, MB", median(one.memory for one in found), MEMORY_BOUND),
    )
    for name, figure, bound in figures:
        yield [name, f"{figure:.0f}", f"{bound:.0f}", "**over the bound**" if figure > bound else ""]


def _ratios(result: Result) -> Iterator[Sequence[str]]:
    for n in _sizes(result):
        for step in (APPLY, PLAN, REMOVE):
            ours = result.wall(n, OURS, step)
            rivals = [who for who in (FLOOR, IDLE, SCRIPT, LOCAL, EACH) if result.wall(n, who, step)]
            for rival in rivals or [""]:
                if ours:
                    theirs = result.wall(n, rival, step)
                    yield [f"{n:,}", step, f"{ours:.2f}", *_beside(n, step, ours, rival, theirs)]


def _beside(n: int, step: str, ours: float, rival: str, theirs: float | None) -> list[str]:
    """The rival's name and time, the ratio, its bound and whether it is broken."""
    if theirs is None:
        return ["", "", "", "", ""]
    if rival == LOCAL:
        bound = LOCAL_BOUND if step == APPLY else None
        told = "" if bound is None else f"{bound:.0f} times as long at least"
        return [
            rival,
            f"{theirs:.2f}",
            f"{theirs / ours:.1f} times as long",
            told,
            _mark(bound, bound and theirs / ours),
        ]
    limit = PLAN_BOUNDS.get(n) if rival == SCRIPT else None
    told = "" if limit is None else f"{limit:.1f} at most"
    return [rival, f"{theirs:.2f}", f"{ours / theirs:.2f}", told, _mark(ours / theirs, limit)]


def _mark(less: float | None, more: float | None) -> str:
    return "**out of bounds**" if less is not None and more is not None and less > more else ""


def _calls(result: Result) -> Iterator[Sequence[str]]:
    for n in _sizes(result):
        for step in (APPLY, PLAN, REMOVE):
            found = result.of(n, OURS, step)
            if found:
                told = " / ".join(sorted({_listed(one.calls) for one in found}))
                wrong = step == PLAN and told != _listed(expected(n))
                mark = f"**expected: {_listed(expected(n))}**" if wrong else ""
                yield [f"{n:,}", step, told, f"{max(one.memory for one in found):.0f}", mark]


def expected(n: int) -> dict[str, int]:
    """The calls of a plan of N associations of virtual devices that are all active."""
    return {"GetCallerIdentity": 1, "ListVirtualMFADevices": -(-n // PER_PAGE)}


def _listed(calls: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {action}" for action, count in sorted(calls.items()) if count) or "none"


def _sizes(result: Result) -> list[int]:
    return sorted({one.n for one in result.samples})
