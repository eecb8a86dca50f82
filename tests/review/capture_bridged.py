"""Capture previews of the Terraform provider in Pulumi, and a stack export::

    python -m tests.review.capture_bridged [NAME ...]

They are written to ``previews/bridged-*.json`` and ``exports/bridged.json``. Each makes the same change as the preview of
the same name in ``tests.review.capture``. Needs the programs that ``tests.e2e.bridged`` names on PATH.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mfa_association.sandbox import Sandbox
from tests.e2e.bridged import NEEDED, BridgedStack, device
from tests.support.programs import DAVES, KEY, PHONE, TOKEN
from tests.support.stack import virtual

from .capture import PREVIEWS, SEED_HERE, USUAL, capture, engine_first, stripped

EXPORTS = Path(__file__).parent / "exports"
TABLET = virtual("dave-tablet")


@dataclass
class Bench:
    """A stack, the AWS it speaks to, and the files that its previews go to."""

    stack: BridgedStack
    box: Sandbox

    def up(self, **resources: dict[str, object]) -> None:
        """Write a program and run it."""
        self.stack.program(**resources)
        self.stack.must("up", "--yes", "--skip-preview")

    def preview(self, name: str, **resources: dict[str, object]) -> None:
        """Write a program and keep its preview."""
        self.stack.program(**resources)
        done = self.stack.run("preview", "--json", *USUAL)
        (PREVIEWS / f"bridged-{name}.json").write_text(stripped(done.stdout, self.stack.folder), encoding="utf-8")
        print(f"{name}: exit code {done.returncode}, {len(done.stdout)} bytes {done.stderr}", file=sys.stderr)

    def moved(self, user: str, serial: str) -> dict[str, object]:
        """A device for a new holder, with the codes that it shows now."""
        first, second = self.box.codes(serial)
        return device(user, serial, authenticationCode1Wo=first, authenticationCode2Wo=second)


def delete(bench: Bench) -> None:
    """One of alice's two devices, dave's only one and carol's key go; bob's token stays. And what the stack recorded."""
    alices, bobs = device("alice", virtual("alice-tablet")), device("bob", TOKEN)
    lines = {"dave-phone": device("dave", DAVES), "carol-key": device("carol", KEY)}
    bench.up(**{"alice-tablet": alices, "alice-phone": device("alice", PHONE), "bob": bobs}, **lines)
    exported = bench.stack.must("stack", "export").stdout
    EXPORTS.mkdir(exist_ok=True)
    (EXPORTS / "bridged.json").write_text(stripped(exported, bench.stack.folder), encoding="utf-8")
    bench.preview("delete", **{"alice-tablet": alices, "bob": bobs})


def replace(bench: Bench) -> None:
    """A new serial number replaces the resource: the new one first, or last."""
    bench.up(phone=device("dave", DAVES))
    bench.preview("replace", phone=device("dave", TABLET))
    bench.preview("replace-delete-first", phone=device("dave", TABLET, options={"deleteBeforeReplace": True}))


def move(bench: Bench) -> None:
    """A new holder moves the device in place; a new name declares it again."""
    bench.up(phone=device("dave", DAVES))
    bench.preview("move", phone=bench.moved("erin", DAVES))
    bench.preview("renamed", renamed=device("dave", DAVES))
    bench.preview("move-by-two", renamed=device("erin", DAVES))


def empty(bench: Bench) -> None:
    """A stack with nothing in it, and one in which nothing changes."""
    bench.preview("empty")
    bench.up(phone=device("dave", DAVES))
    bench.preview("unchanged", phone=device("dave", DAVES))


def gains(bench: Bench) -> None:
    """Codes, a seed, a seed source; a device that nobody holds yet."""
    bench.up(phone=device("dave", DAVES))
    changed = device("dave", DAVES, seedSource="env:MFA_SEED", renew="2026-11-25")
    erins = device("erin", virtual("erin-phone"), seedWo=SEED_HERE["MFA_SEED"])
    bench.preview("gains", phone=changed, alice=bench.moved("alice", PHONE), erin=erins, bob=device("bob", TOKEN))


SCENARIOS: tuple[Callable[[Bench], None], ...] = (delete, replace, move, empty, gains)


def main(names: list[str]) -> None:
    """Capture the scenarios of these names, or all."""
    engine_first()
    if missing := [name for name in NEEDED if not shutil.which(name)]:
        sys.exit(f"{' and '.join(missing)}: not on PATH")
    capture(names, SCENARIOS, lambda project, home, box: Bench(BridgedStack(project, home, box.url), box))


if __name__ == "__main__":
    main(sys.argv[1:])
