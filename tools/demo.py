"""The whole story on a local AWS: a line enables a device or adopts it, removing the line deactivates it.

Nothing of the user's is read or written: the folder, the home, the login and the AWS account are the demo's own.
"""

from __future__ import annotations

import argparse
import difflib
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from demo_engines import PLAYERS, Player, on_path
from demo_stage import Failed, Stopped, check, listen, run, stage

if TYPE_CHECKING:
    from mfa_association.sandbox import Sandbox

ACCOUNT = "111122223333"
PHONE = f"arn:aws:iam::{ACCOUNT}:mfa/alice-phone"
KEY = f"arn:aws:iam::{ACCOUNT}:u2f/user/alice/yubikey-EXAMPLE"
TOKEN = "GAHT12345678"
KINDS = {"virtual": "virtual device", "hardware": "hardware token", "fido": "security key"}

SEED = {
    "accounts": {
        ACCOUNT: {
            "users": {
                "alice": {
                    "password": True,
                    "devices": [
                        {"kind": "virtual", "name": "alice-phone", "held": False},
                        {"kind": "fido", "name": "yubikey", "id": "EXAMPLE"},
                    ],
                },
                "bob": {"password": True, "devices": [{"kind": "hardware", "serial": TOKEN}]},
            }
        }
    }
}
ROSTER = f"""\
# Who may hold which MFA device. Deleting a line deactivates the device.
users:
  alice:
    - {PHONE}
    - {KEY}
  bob:
    - {TOKEN}
"""
HIDDEN = re.compile(r"\b\d{6}\b")

Devices = dict[str, list[str]]


@dataclass
class Story:
    """The demo so far: AWS, the folder with the program, and the number of the step."""

    box: Sandbox
    folder: Path
    player: Player
    color: bool
    step: int = 0

    def tell(self) -> None:
        """All of it. Raises Failed at the first step that does not do what it says."""
        try:
            for part in (self._begin, self._up, self._preview_and_up, self._last_device, self._check_calls):
                part()
        except Failed as failure:
            raise Failed(f"in step {self.step}, {failure}") from None

    def _begin(self) -> None:
        self._title("A local AWS: alice has a security key and a phone not enabled yet, bob a hardware token.")
        self._aws("at first", alice=[KEY], bob=[TOKEN])
        self._title("The roster says who may hold which device.")
        self._write(ROSTER)
        print(f"roster.yaml:\n{ROSTER}", flush=True)
        self._run(self.player.begin)
        print(flush=True)

    def _up(self) -> None:
        self._title("Two codes from alice's phone enable it; what is held already is adopted, without a write.")
        first, second = self.box.codes(PHONE)
        self._run(self.player.change, **self.player.codes("mfa/alice-phone", first, second))
        self._aws("now", alice=[PHONE, KEY], bob=[TOKEN])

    def _preview_and_up(self) -> None:
        self._title("Alice loses her phone: its line leaves the roster, and preview and review show what that means.")
        self._remove(f"    - {PHONE}\n")
        self._run(self.player.preview)
        self._review()
        self._title(f"`{self.player.said}` deactivates the phone; her security key stays.")
        self._aws("before", alice=[PHONE, KEY], bob=[TOKEN])
        self._run(self.player.change)
        self._aws("after", alice=[KEY], bob=[TOKEN])

    def _last_device(self) -> None:
        self._title("Bob's only device leaves too: that is allowed, but not in silence.")
        self._remove(f"  bob:\n    - {TOKEN}\n")
        self._review()
        self._run(self.player.change)
        self._aws("in the end", alice=[KEY], bob=[])

    def _check_calls(self) -> None:
        calls = self.box.calls()
        writes = calls["EnableMFADevice"], calls["DeactivateMFADevice"]
        if writes != (1, 2):
            raise Failed(f"AWS should have been asked for 1 EnableMFADevice and 2 DeactivateMFADevice, not {writes}")
        print("Checked: AWS was asked to enable one device and to deactivate two, and its lists are as shown.")

    def _title(self, sentence: str) -> None:
        check()
        self.step += 1
        print(self._paint("1", f"{self.step}. {sentence}"), end="\n\n", flush=True)

    def _run(self, command: str, **secret: str) -> None:
        """Run a command under its line as one would type it, with dummies for what is secret."""
        shown = [f"{name}={_quoted(HIDDEN.sub('CODE', value))}" for name, value in secret.items()]
        print(self._paint("36", " ".join(["$", *shown, command])), flush=True)
        run(command, self.folder, secret)
        print(end=self.player.gap, flush=True)

    def _review(self) -> None:
        """What a reviewer reads in the pull request."""
        self._run(self.player.review)
        print(flush=True)

    def _write(self, roster: str) -> None:
        (self.folder / "roster.yaml").write_text(roster, encoding="utf-8")

    def _remove(self, lines: str) -> None:
        """Take lines out of the roster, and show it as a reviewer would see it."""
        before = (self.folder / "roster.yaml").read_text(encoding="utf-8")
        after = before.replace(lines, "")
        (self.folder / "before.yaml").write_text(before, encoding="utf-8")
        self._write(after)
        parts = before.splitlines(), after.splitlines()
        for line in difflib.unified_diff(*parts, "a/roster.yaml", "b/roster.yaml", n=1, lineterm=""):
            print(self._paint("31", line) if line.startswith("- ") else line)
        print(flush=True)

    def _aws(self, when: str, **expected: list[str]) -> None:
        """Show who holds what by AWS's own word, and hold it against what the step promised."""
        found = self._listed()
        print(f"AWS's list {when} (ListMFADevices):")
        for row in _rows(found):
            print("  {:<6} {:<15} {}".format(*row).rstrip())
        print(flush=True)
        if {user: sorted(held) for user, held in expected.items()} != found:
            raise Failed(f"AWS should list {expected}")

    def _listed(self) -> Devices:
        iam = self.box.client()
        answers = {user: iam.list_mfa_devices(UserName=user)["MFADevices"] for user in ("alice", "bob")}
        return {user: sorted(device["SerialNumber"] for device in held) for user, held in answers.items()}

    def _paint(self, style: str, text: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if self.color else text


def _quoted(value: str) -> str:
    return f"'{value}'" if '"' in value else f'"{value}"'


def _rows(devices: Mapping[str, list[str]]) -> list[tuple[str, str, str]]:
    from mfa_association.validation import parse_serial_number

    rows = []
    for user, held in devices.items():
        rows += [(user, KINDS[parse_serial_number(serial).kind], serial) for serial in held] or [(user, "none", "")]
    return rows


def play(player: Player) -> None:
    """Raise the curtain, tell the story, clear the stage."""
    if not on_path(player):
        raise Failed(f"there is no `{player.program}` on PATH; `{player.finder}` finds or builds one")
    color = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    with stage(player) as folder:
        check()
        # Only now: boto3 then sees no environment but this one, and a Ctrl-C during the import is noted.
        from mfa_association.sandbox import Sandbox

        with Sandbox(SEED) as box:
            os.environ.update(player.colorful if color else player.plain, AWS_ENDPOINT_URL=box.url)
            Story(box, folder, player, color).tell()
    print("Next: README.md says how to use it, docs/contract.md what it does in every other case.")


def _player() -> Player:
    parser = argparse.ArgumentParser(description="Who may hold which MFA device, on a local AWS.")
    parser.add_argument("--engine", choices=PLAYERS, default="pulumi", help="who plays (default pulumi)")
    return PLAYERS[parser.parse_args().engine]


def main() -> int:
    """The exit code: 0 when everything was as told, 1 when it was not, 130 after Ctrl-C."""
    listen()
    try:
        play(_player())
    except Stopped as stopped:
        print("\nInterrupted: its processes have ended and its folder is gone.", file=sys.stderr)
        return stopped.exit_code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (Failed, OSError, ImportError) as failure:
        print(f"\nThe demo failed: {failure}.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
