"""``mfa-association revoke``: what it shows, asks, does, and leaves to people."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mfa_association.sandbox import Sandbox
from tests.cli.conftest import ACCOUNT, ROSTER, TOKEN
from tests.support.terminal import Bench, Here

PHONE = f"arn:aws:iam::{ACCOUNT}:mfa/carol-phone"
GOLDEN = Path(__file__).parent / "golden"
WITHOUT_CAROLS = ROSTER.replace(f"    - {PHONE}\n", "")


def masked(text: str) -> str:
    """Times and key ids differ from run to run."""
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "2026-01-31T12:00:00Z", text)
    return re.sub(r"AKIA[A-Z0-9]{16}", "AKIAEXAMPLE", text)


def golden(name: str, text: str) -> None:
    """Compare with the file of this name."""
    assert masked(text) == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


def writes(box: Sandbox) -> list[str]:
    return [call.action for call in box.log() if not call.action.startswith(("Get", "List"))]


def test_a_dry_run_shows_the_calls_and_makes_none(here: Here, bench: Bench, box: Sandbox) -> None:
    box.client().create_access_key(UserName="carol")
    box.reset_calls()
    done = here.run("revoke", "carol", "--contain", "--dry-run")
    assert (done.returncode, done.stderr) == (0, "")
    golden("dry-run", done.stdout)
    assert writes(box) == []
    assert bench.roster == ROSTER


def test_what_a_dry_run_shows_is_what_is_called(here: Here, bench: Bench, box: Sandbox) -> None:
    roster = bench.folder / "roster.yaml"
    roster.write_text(
        ROSTER.replace(f"- {PHONE}", f"- {{serial_number: '{PHONE}', on_destroy: delete-virtual-device}}")
    )
    box.client().create_access_key(UserName="carol")
    shown = here.run("revoke", "carol", "--contain", "--dry-run").stdout
    box.reset_calls()
    assert here.run("revoke", "carol", "--contain", "--yes").returncode == 0
    assert writes(box) == re.findall(r"^  ((?:Delete|Update|Put|Deactivate)\w+) ", shown, re.MULTILINE)
    assert roster.read_text() == WITHOUT_CAROLS


def test_a_stolen_phone(here: Here, bench: Bench, box: Sandbox) -> None:
    box.client().create_access_key(UserName="carol")
    done = here.run("revoke", "Carol", "--contain", "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    golden("contain", done.stdout)
    assert "carol" not in box.holders()
    assert bench.roster == WITHOUT_CAROLS


def test_a_second_run_finds_it_done(here: Here, bench: Bench, box: Sandbox) -> None:
    here.run("revoke", "carol", "--yes")
    done = here.run("revoke", "carol", "--yes")
    assert (done.returncode, done.stdout) == (
        0,
        "carol holds no MFA device, and the roster lists none: there is nothing to do.\n",
    )
    done = here.run("revoke", "carol", PHONE, "--yes")
    assert done.returncode == 0
    assert f"nothing to do: {PHONE}: it is inactive" in done.stdout
    assert "nothing to do: roster.yaml: it does not list the device" in done.stdout
    assert "Pull request" not in done.stdout


def test_what_is_not_done_keeps_the_line_until_it_is(here: Here, bench: Bench, box: Sandbox) -> None:
    box.fault("PutUserPolicy", error="AccessDenied", message="no")
    done = here.run("revoke", "carol", "--contain", "--yes")
    assert done.returncode == 1
    golden("not-done", done.stdout)
    assert bench.roster == ROSTER
    assert "carol" not in box.holders()
    done = here.run("revoke", "carol", "--contain", "--yes")
    assert done.returncode == 0
    assert bench.roster == WITHOUT_CAROLS


def test_without_containment_it_says_what_is_left(here: Here, bench: Bench, box: Sandbox) -> None:
    done = here.run("revoke", "carol", "carol-phone", "--yes")
    assert done.returncode == 0
    golden("plain", done.stdout)


def test_a_roster_that_cannot_be_written_is_told_last(here: Here, bench: Bench, box: Sandbox) -> None:
    here.patch.setattr("mfa_association.roster.file.os.replace", _full)
    done = here.run("revoke", "carol", "--yes")
    assert done.returncode == 1
    told = "NOT DONE: roster.yaml: writing (roster.yaml): No space left on device; nothing was written, fix that and run again"
    assert told in done.stdout
    assert "Remove the device's line where the roster is kept" in done.stdout
    assert bench.roster == ROSTER


def _full(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_a_roster_without_a_line_holds_nothing_up(here: Here, bench: Bench, box: Sandbox) -> None:
    (bench.folder / "roster.yaml").write_text("# as the template has it\n")
    done = here.run("revoke", "carol", "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    assert "nothing to do: roster.yaml: it does not list the device" in done.stdout
    assert bench.roster == "# as the template has it\n"


def test_without_a_roster_only_aws_is_changed(here: Here, bench: Bench, box: Sandbox) -> None:
    (bench.folder / "roster.yaml").unlink()
    done = here.run("revoke", "carol", "--yes")
    assert (done.returncode, done.stderr) == (0, "There is no roster.yaml here: only AWS is changed.\n")
    assert "carol" not in box.holders()
    done = here.run("revoke", "bob", "--yes", "--no-roster")
    assert (done.returncode, done.stderr) == (0, "")


GUARDED: tuple[tuple[str, list[str], dict[str, str], int], ...] = (
    ("the roster's", [], {}, 1),
    ("the option's", ["--on-last-device", "warn"], {}, 0),
    ("the environment's", [], {"MFA_ASSOCIATION_ON_LAST_DEVICE": "allow"}, 0),
    ("the environment's, for this device", [], {"MFA_ASSOCIATION_ON_LAST_DEVICE": "allow:mfa/carol-phone"}, 0),
    ("the environment's, for another device", [], {"MFA_ASSOCIATION_ON_LAST_DEVICE": "allow:mfa/bob-phone"}, 1),
    (
        "the option before the environment",
        ["--on-last-device", "refuse"],
        {"MFA_ASSOCIATION_ON_LAST_DEVICE": "allow"},
        1,
    ),
)


@pytest.mark.parametrize(("reason", "options", "env", "code"), GUARDED, ids=[case[0] for case in GUARDED])
def test_the_guard_of_last_devices(
    here: Here, bench: Bench, box: Sandbox, reason: str, options: list[str], env: dict[str, str], code: int
) -> None:
    (bench.folder / "roster.yaml").write_text("defaults: {on_last_device: refuse}\n" + ROSTER)
    assert here.run("revoke", "carol", "--yes", *options, **env).returncode == code, reason
    assert ("carol" in box.holders()) is bool(code)


REFUSED = (
    (
        "no consent",
        ["carol"],
        "asking for your consent: there is no terminal; nothing was changed, give --yes or --dry-run",
    ),
    (
        "another's device",
        ["carol", TOKEN, "--yes"],
        f"revoking MFA devices of user (carol): carol has {PHONE}, not '{TOKEN}'; nothing was changed, check the name",
    ),
    (
        "no such user",
        ["nobody", "--yes"],
        "reading user (nobody): the user does not exist; check the name and the account",
    ),
    ("no roster", ["carol", "--yes", "--roster", "no.yaml"], "no.yaml: the file cannot be read: No such file"),
)


@pytest.mark.parametrize(("reason", "arguments", "sentence"), REFUSED, ids=[case[0] for case in REFUSED])
def test_a_refusal_changes_nothing(
    here: Here, bench: Bench, box: Sandbox, reason: str, arguments: list[str], sentence: str
) -> None:
    done = here.run("revoke", *arguments)
    assert done.returncode == 1, reason
    assert done.stderr.startswith(f"mfa-association: {sentence}"), done.stderr
    assert writes(box) == []
    assert bench.roster == ROSTER


def test_an_odd_guard_in_the_environment_is_refused(here: Here, box: Sandbox) -> None:
    done = here.run("revoke", "carol", "--yes", MFA_ASSOCIATION_ON_LAST_DEVICE="never")
    assert done.stderr == (
        "mfa-association: reading MFA_ASSOCIATION_ON_LAST_DEVICE: must be one of refuse, warn, allow, or "
        "allow:DEVICE with one or more devices, such as allow:mfa/alice-phone,mfa/bob-phone; nothing was changed\n"
    )
    assert writes(box) == []


@pytest.mark.long
@pytest.mark.parametrize(
    ("keys", "code"),
    [("y\n", 0), ("\x03", 130), ("\n", 1), ("no\n", 1), ("\x04", 1)],
)
def test_a_terminal_is_asked(bench: Bench, box: Sandbox, keys: str, code: int) -> None:
    with bench.terminal("revoke", "carol") as terminal:
        terminal.until("Do this? [y/N] ")
        terminal.type(keys)
        assert terminal.ended() == code
    warning = (
        "No device is left then: carol could sign in with the password alone. --contain deletes the password first."
    )
    assert warning in terminal.text
    assert ("carol" in box.holders()) is bool(code)
    assert "Traceback" not in terminal.text
