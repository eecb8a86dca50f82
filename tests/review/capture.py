"""Capture the previews in ``tests/review/previews`` from the real CLI and a sandbox::

    python -m tests.review.capture [NAME ...]

Each scenario sets up a stack, changes its program and keeps what ``pulumi preview --json`` wrote, with the paths of this
machine taken out. Terraform's plans are in ``plans``; see the README there. Previews through Pulumi's bridge are captured by
``tests.review.capture_bridged``.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import engines

from mfa_association.sandbox import Sandbox
from mfa_association.tokens import PULUMI_TYPE
from tests.support.programs import DAVES, KEY, PHONE, TOKEN, deactivate, enable, program, with_codes
from tests.support.seed import SEED
from tests.support.stack import ROSTER_PROGRAM, Stack, virtual

B = TypeVar("B")
PREVIEWS = Path(__file__).parent / "previews"
USUAL = ("--show-sames", "--show-replacement-steps")
SEED_HERE = {"MFA_SEED": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"}


@dataclass
class Bench:
    """A stack, the AWS it speaks to, and the files that its previews go to."""

    stack: Stack
    box: Sandbox

    def up(self, text: str) -> None:
        """Write a program and run it."""
        self.stack.program(text)
        done = self.stack.up()
        assert done.code == 0, done.text

    def lines(self, **users: list[str]) -> None:
        """Write a roster and its program and run it."""
        self.stack.lines(**users)
        self.up(ROSTER_PROGRAM)

    def preview(self, name: str, *options: str, **env: str) -> None:
        """Keep a preview."""
        done = subprocess.run(
            ["pulumi", "--color", "never", "preview", "--json", "--non-interactive", *(options or USUAL)],
            cwd=self.stack.folder,
            env={**self.stack.environment(), **env},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )
        (PREVIEWS / f"{name}.json").write_text(stripped(done.stdout, self.stack.folder), encoding="utf-8")
        print(f"{name}: exit code {done.returncode}, {len(done.stdout)} bytes", file=sys.stderr)


def stripped(text: str, project: Path) -> str:
    """A document without the paths and the ports of this machine."""
    for path, name in ((project, "PROJECT"), (Path(sys.prefix), "VENV"), (Path.cwd(), "REPO")):
        text = text.replace(str(path), f"/{name}")
    text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:5000", text)
    return re.sub(r"(/[^\s\"']*)?/(tmp|root|home|usr)/[^\s\"']*", "/PATH", text)


def delete(bench: Bench) -> None:
    """alice's two of three lines, dave's only one, and carol's key go; bob's token stays."""
    bench.lines(alice=[PHONE, virtual("alice-tablet")], dave=[DAVES], bob=[TOKEN], carol=[KEY])
    bench.stack.lines(alice=[virtual("alice-tablet")], bob=[TOKEN])
    bench.preview("delete")
    bench.preview("delete-plain", "--non-interactive")
    bench.preview("delete-refresh", *USUAL, "--refresh")
    bench.preview("delete-stream", *USUAL, PULUMI_ENABLE_STREAMING_JSON_PREVIEW="true")


def replace(bench: Bench) -> None:
    """A new serial number replaces the resource: the new one first, or last."""
    bench.up(program())
    bench.stack.program(program(serial=virtual("dave-tablet")))
    bench.preview("replace")
    bench.preview("replace-hidden", "--show-sames")
    bench.stack.program(program("delete_before_replace=True", serial=virtual("dave-tablet")))
    bench.preview("replace-delete-first")
    bench.stack.program(program("replace_on_changes=['user_name']", user="erin", extra=with_codes(bench.box, DAVES)))
    bench.preview("replace-holder")


def move(bench: Bench) -> None:
    """A new holder moves the device in place; a new name declares it again."""
    bench.up(program())
    bench.stack.program(program(user="erin", extra=with_codes(bench.box, DAVES)))
    bench.preview("move")
    bench.stack.program(program(name="renamed"))
    bench.preview("renamed")
    bench.stack.program(program(name="renamed", user="erin"))
    bench.preview("move-by-two")


def leftover(bench: Bench) -> None:
    """What a replacement could not remove is removed by the next run, whatever that is about."""
    bench.up(program())
    enable(bench.box, "alice", PHONE)
    deactivate(bench.box, "alice", PHONE)
    bench.box.fault("DeactivateMFADevice", error="AccessDenied", times=None)
    bench.stack.program(program(serial=TOKEN, user="bob"))
    assert bench.stack.up().code != 0
    bench.preview("leftover")
    bench.preview("leftover-hidden", "--show-sames")


def protected(bench: Bench) -> None:
    """A protected resource fails the preview."""
    bench.up(program("protect=True"))
    bench.stack.program("")
    bench.preview("protected")


def retained(bench: Bench) -> None:
    """A retained resource leaves its device alone; so does one that goes with another."""
    text = program("retain_on_delete=True") + program(
        "deleted_with=first", name="token", user="bob", serial=TOKEN
    ).replace("\nMfaDeviceAssociation(", "\nMfaDeviceAssociation(")
    bench.up(text.replace("MfaDeviceAssociation('phone'", "first = MfaDeviceAssociation('phone'"))
    bench.stack.program("")
    bench.preview("retained")


def failed(bench: Bench) -> None:
    """A program that ends with an exception, a provider whose credentials have expired, a roster with a fault."""
    bench.up(program())
    bench.stack.program("raise ValueError('a program that fails')\n")
    bench.preview("failed-program")
    bench.stack.program(program(serial="nonsense"))
    bench.preview("failed-check")
    bench.stack.roster("users: {dave: [nonsense]}\n")
    bench.stack.program(ROSTER_PROGRAM)
    bench.preview("failed-roster")
    bench.stack.program(program())
    bench.preview("failed-provider", *USUAL, "--refresh", AWS_ACCESS_KEY_ID="ASIASANDBOXEXPIRED00")


def empty(bench: Bench) -> None:
    """A stack with nothing in it, and one in which nothing changes."""
    bench.stack.program("")
    bench.preview("empty")
    bench.up(program())
    bench.preview("unchanged")
    bench.preview("unchanged-plain", "--non-interactive")


def gains(bench: Bench) -> None:
    """Secrets: codes, a seed, a seed source. A device of an administrator, one that nobody holds yet."""
    bench.up(program())
    first = program("", name="alice", user="alice", serial=PHONE, extra=with_codes(bench.box, PHONE))
    second = program(
        "", name="erin", user="erin", serial=virtual("erin-phone"), extra=f"seed={SEED_HERE['MFA_SEED']!r},"
    )
    third = program("", name="bob", user="bob", serial=TOKEN)
    bench.stack.program(program(extra="seed_source='env:MFA_SEED', renew='2026-11-25',") + first + second + third)
    bench.preview("gains", *USUAL, **SEED_HERE)


SUBCLASS = """
from mfa_association.pulumi import MfaDeviceAssociation

class Phone(MfaDeviceAssociation, name="Phone"):
    def __init__(self, user, serial, opts=None):
        super().__init__(f"phone-of-{user}", user_name=user, serial_number=serial, opts=opts)

"""
TAKER = f"""
from pulumi import Alias, ResourceOptions
from pulumi.dynamic import DiffResult, Resource, ResourceProvider

class Taker(ResourceProvider):
    def diff(self, _id, olds, news):
        return DiffResult(changes=True)

class Taken(Resource, module="acme", name="Taken"):
    pass

former = Alias(name="phone-of-dave", type_={PULUMI_TYPE!r})
Taken(Taker(), "bucket", {{"a": "b"}}, ResourceOptions(aliases=[former]))
"""
HOOKED = """
from pulumi import ResourceHook, ResourceHookBinding, ResourceOptions

hook = ResourceHook("strip", lambda args: None)
hooks = ResourceOptions(hooks=ResourceHookBinding(before_update=[hook]))
"""


def others(bench: Bench) -> None:
    """A subclass, another type that takes its record over, and a hook of the program."""
    declared = f"Phone('dave', {DAVES!r})\n"
    bench.up(SUBCLASS + declared)
    bench.stack.program(SUBCLASS)
    bench.preview("subclass")
    bench.stack.program(TAKER)
    bench.preview("taken-over")
    hooked = f"MfaDeviceAssociation('phone-of-dave', user_name='dave', serial_number={DAVES!r},"
    bench.stack.program(SUBCLASS + HOOKED + f"{hooked} on_last_device='refuse', opts=hooks)\n")
    bench.preview("hooked")


SCENARIOS: tuple[Callable[[Bench], None], ...] = (
    delete,
    replace,
    move,
    leftover,
    protected,
    retained,
    failed,
    empty,
    gains,
    others,
)


def company() -> dict[str, object]:
    """Who is in the account of every capture."""
    seed = json.loads(json.dumps(SEED))
    users = seed["accounts"]["111122223333"]["users"]
    users["alice"]["devices"].append({"kind": "virtual", "name": "alice-tablet", "held": True})
    return seed  # type: ignore[no-any-return]


def engine_first() -> None:
    """Put the Pulumi CLI on PATH."""
    os.environ["PATH"] = f"{engines.PULUMI.ensure()}{os.pathsep}{os.environ['PATH']}"


def capture(
    names: list[str], scenarios: Sequence[Callable[[B], None]], bench: Callable[[Path, Path, Sandbox], B]
) -> None:
    """Play the scenarios of these names, or all: each with a bench in a folder, with a home and an AWS of its own."""
    with tempfile.TemporaryDirectory() as folder:
        for scenario in scenarios:
            if not names or scenario.__name__ in names:
                project = Path(folder, scenario.__name__)
                project.mkdir()
                with Sandbox(company()) as box:
                    scenario(bench(project, Path(folder, "home"), box))


def main(names: list[str]) -> None:
    """Capture the scenarios of these names, or all."""
    PREVIEWS.mkdir(exist_ok=True)
    engine_first()
    capture(names, SCENARIOS, lambda project, home, box: Bench(Stack(project, home, box.url), box))


if __name__ == "__main__":
    main(sys.argv[1:])
