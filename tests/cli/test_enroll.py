"""``mfa-association enroll`` in a real terminal, and with pipes."""

from __future__ import annotations

import io
import re
import signal

import pytest
from rich.console import ConsoleDimensions

from mfa_association.cli.enrollment_page import page
from mfa_association.cli.qr import QrCode
from mfa_association.sandbox import Sandbox
from mfa_association.totp import Seed
from tests.cli.conftest import ACCOUNT, ROSTER, TOKEN
from tests.support.terminal import Bench, Here, Terminal

PHONE = f"arn:aws:iam::{ACCOUNT}:mfa/alice-phone"
APART, BACK = "\x1b[?1049h", "\x1b[?1049l"
LINE = f"""\
  alice:
    - serial_number: {PHONE}
      on_destroy: delete-virtual-device
"""
WITH_ALICE = ROSTER.replace("users:\n", f"users:\n{LINE}")
GONE = f"{PHONE} was deleted again: nothing is left of it."


def seed_of(box: Sandbox, serial: str = PHONE) -> str:
    """What AWS told once."""
    authenticator = box.app.world.account(ACCOUNT).live.device(serial).authenticator
    assert authenticator
    return authenticator.seed


def devices(box: Sandbox) -> list[str]:
    listed = box.client().list_virtual_mfa_devices()["VirtualMFADevices"]
    return [device["SerialNumber"] for device in listed if "carol" not in device["SerialNumber"]]


def drawing(box: Sandbox) -> list[str]:
    """The QR code that is to be seen."""
    return QrCode(Seed(seed_of(box)), "alice", ACCOUNT).lines(2)


def plain(text: str) -> str:
    """A text without colours."""
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", text)


def enter(terminal: Terminal, codes: tuple[str, str]) -> None:
    terminal.until("First code   ○")
    terminal.type(codes[0])
    terminal.until("Second code  ○")
    terminal.type(codes[1])


@pytest.mark.long
def test_the_whole_enrolment_in_the_smallest_usual_window(bench: Bench, box: Sandbox) -> None:
    with bench.terminal("enroll", "ALICE", size=(80, 24)) as terminal:
        terminal.until("Enter two consecutive codes.")
        terminal.until("next code in")
        codes, seed, drawn = box.codes(PHONE), seed_of(box), drawing(box)
        enter(terminal, codes)
        assert terminal.ended() == 0
    text = terminal.text
    page = plain(text[text.index(APART) : text.index("First code")]).split("\r\n")[:-1]
    assert [line[: len(row)] for line, row in zip(page, drawn, strict=True)] == drawn
    assert len(page) + len(("First code", "Second code")) <= 24 and max(map(len, page)) <= 80
    assert text.index(APART) < text.index(drawn[0]) < text.index(BACK) < text.index("alice holds")
    assert f"alice holds {PHONE} since 20" in text
    assert box.holders()["alice"] == [PHONE]
    assert bench.roster == WITH_ALICE
    assert not any(secret in text for secret in (seed, *codes))
    assert "Commit roster.yaml: the next deployment adopts the device without a change." in text
    assert [file.name for file in bench.folder.iterdir() if file.is_file()] == ["roster.yaml"]


@pytest.mark.long
def test_the_second_code_must_be_the_next_one(bench: Bench, box: Sandbox) -> None:
    with bench.terminal("enroll", "alice", "--no-roster") as terminal:
        terminal.until("First code   ○")
        first, second = box.codes(PHONE)
        terminal.type(f"{first[:3]}x{first[3:4]}\x7f{first[3:]}\r")
        terminal.until("Second code  ○")
        terminal.type(first)
        terminal.until("That is the first code again: wait for the next one.")
        terminal.type(second)
        assert terminal.ended() == 0
    assert f"Its lines for the roster:\r\nusers:\r\n{LINE}".replace("\n", "\r\n").replace("\r\r", "\r") in terminal.text
    assert bench.roster == ROSTER


@pytest.mark.long
def test_wrong_codes_are_asked_for_again_and_three_are_enough(bench: Bench, box: Sandbox) -> None:
    with bench.terminal("enroll", "alice") as terminal:
        enter(terminal, ("000000", "000001"))
        terminal.until("IAM did not accept")
        enter(terminal, ("000000", "000001"))
        enter(terminal, ("000000", "000001"))
        assert terminal.ended() == 1
    assert terminal.text.index(BACK) < terminal.text.index(GONE)
    assert (
        "IAM refused the codes 3 times; check that the clock of the device is right, and start again" in terminal.text
    )
    assert devices(box) == []
    assert bench.roster == ROSTER


@pytest.mark.long
@pytest.mark.parametrize(("key", "code"), [("\x03", 130), ("\x04", 1)], ids=["Ctrl-C", "Ctrl-D"])
def test_an_enrolment_given_up_leaves_nothing(bench: Bench, box: Sandbox, key: str, code: int) -> None:
    with bench.terminal("enroll", "alice") as terminal:
        terminal.until("First code   ○")
        terminal.type("123" + key)
        assert terminal.ended() == code
    assert terminal.text.index(BACK) < terminal.text.index(GONE)
    assert "Traceback" not in terminal.text
    assert devices(box) == []
    assert bench.roster == ROSTER


@pytest.mark.long
def test_a_window_that_is_closed_leaves_nothing(bench: Bench, box: Sandbox) -> None:
    with bench.terminal("enroll", "alice") as terminal:
        terminal.until("First code   ○")
        terminal.hang_up()
        terminal.ended()
    assert devices(box) == []


@pytest.mark.long
def test_ctrl_c_again_does_not_keep_it_from_cleaning_up(bench: Bench, box: Sandbox) -> None:
    box.fault("DeleteVirtualMFADevice", delay=1.5)
    with bench.terminal("enroll", "alice") as terminal:
        terminal.until("First code   ○")
        terminal.type("\x03")
        while not box.waiting()["DeleteVirtualMFADevice"]:
            pass
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.ended() == 130
    assert devices(box) == []


@pytest.mark.long
def test_a_key_shows_the_seed_and_nothing_of_it_stays(bench: Bench, box: Sandbox) -> None:
    with bench.terminal("enroll", "alice", "--no-roster", size=(80, 24)) as terminal:
        terminal.until("First code   ○")
        (first, second), seed = box.codes(PHONE), seed_of(box)
        terminal.type(f"{first[:2]}s")
        terminal.until("Or type its seed: ")
        terminal.until("First code   ● ● ○")
        terminal.type(first[2:])
        terminal.until("Second code  ○")
        terminal.type(second)
        assert terminal.ended() == 0
    apart, after = terminal.text.split(BACK)
    assert " ".join(seed[at : at + 4] for at in range(0, 16, 4)) in " ".join(plain(apart).split())
    assert apart.endswith("\x1b[2J\x1b[H")
    assert seed[:4] not in after


@pytest.mark.parametrize(
    ("reason", "columns", "lines", "words"),
    [
        ("too narrow", 60, 24, "the window has 60 columns and 24 lines, and 69 and 22 are needed"),
        ("too low", 80, 21, "the window has 80 columns and 21 lines, and 69 and 22 are needed"),
    ],
)
def test_a_small_window_is_told_before_anything_is_made(
    here: Here, box: Sandbox, monkeypatch: pytest.MonkeyPatch, reason: str, columns: int, lines: int, words: str
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    done = here.run("enroll", "alice", TERM="xterm", COLUMNS=str(columns), LINES=str(lines))
    assert (done.returncode, done.stdout) == (1, ""), reason
    advice = "nothing was changed, enlarge it, or give --qr-file"
    assert done.stderr == f"mfa-association: drawing the QR code: {words}; {advice}\n", reason
    assert "CreateVirtualMFADevice" not in box.calls()


@pytest.mark.parametrize("name", ["al", "firstname.lastname", "firstname.middlename.lastname@example.com"])
def test_the_names_of_most_people_fit(name: str) -> None:
    lines = page(QrCode(Seed("A" * 64), name, ACCOUNT), ["words " * 30], ConsoleDimensions(80, 24))
    assert len(lines) <= 22 and max(len(line) for line in lines) <= 80
    assert all(set("█▀▄ ") >= set(line.plain[:41]) for line in lines)


# --- With pipes -------------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_a_picture_and_two_lines_do_as_well(bench: Bench, box: Sandbox) -> None:
    with bench.terminal("enroll", "alice", "--qr-file", "qr.png") as terminal:
        terminal.until("Scan qr.png with the authenticator app. The file is deleted when you are done.")
        picture = bench.folder / "qr.png"
        assert picture.stat().st_mode & 0o777 == 0o600
        assert picture.read_bytes().startswith(b"\x89PNG")
        enter(terminal, box.codes(PHONE))
        assert terminal.ended() == 0
    assert not picture.exists()


def test_a_token_is_enrolled_without_a_terminal(here: Here, bench: Bench, box: Sandbox) -> None:
    first, second = box.codes("GAKT99999999")
    done = here.run("enroll", "alice", "--existing", "GAKT99999999", keys=f"{first}\n {second[:3]} {second[3:]}\n")
    assert (done.returncode, done.stderr) == (0, "First code: \nSecond code: \n")
    assert box.holders()["alice"] == ["GAKT99999999"]
    assert bench.roster == ROSTER.replace("users:\n", "users:\n  alice:\n    - GAKT99999999\n")


def test_a_missing_line_of_a_held_device_is_all_that_is_added(here: Here, bench: Bench, box: Sandbox) -> None:
    bench.folder.joinpath("roster.yaml").write_text(f"users:\n  bob: [{TOKEN}]\n")
    serial = f"arn:aws:iam::{ACCOUNT}:mfa/carol-phone"
    done = here.run("enroll", "carol", "--existing", serial)
    assert done.returncode == 0
    assert done.stderr == f"carol holds {serial} already.\n"
    assert bench.roster == f"users:\n  bob: [{TOKEN}]\n  carol:\n    - {serial}\n"
    assert "EnableMFADevice" not in box.calls()


def test_a_device_that_is_listed_already_needs_no_line(here: Here, bench: Bench, box: Sandbox) -> None:
    roster = f"users:\n  Alice: [GAKT99999999]\n  bob: [{TOKEN}]\n"
    (bench.folder / "roster.yaml").write_text(roster)
    done = here.run("enroll", "alice", "--existing", "GAKT99999999", keys="\n".join(box.codes("GAKT99999999")))
    assert done.returncode == 0
    assert done.stdout.endswith("\nroster.yaml lists it already: the next refresh shows it as active.\n")
    assert bench.roster == roster


def test_codes_that_never_come_leave_no_device_and_no_picture(here: Here, bench: Bench, box: Sandbox) -> None:
    done = here.run("enroll", "alice", "--qr-file", "qr.png", keys="123456\n")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[1:] == [
        "First code: ",
        "Second code: ",
        GONE,
        "mfa-association: enrolling an MFA device: no codes were given; start again when the device is at hand",
    ]
    assert devices(box) == []
    assert not (bench.folder / "qr.png").exists()


REFUSED = (
    (
        "nowhere to draw",
        ["alice"],
        "drawing the QR code: standard output is no terminal; nothing was changed, give --qr-file",
    ),
    (
        "a picture that is there",
        ["alice", "--qr-file", "roster.yaml"],
        "writing the QR code (roster.yaml): File exists; give another --qr-file",
    ),
    (
        "no such user",
        ["nobody", "--qr-file", "x"],
        "reading user (nobody): the user does not exist; check the name and the account (AWS: GetUser: NoSuchEntity: "
        "The user with name nobody cannot be found.)",
    ),
    (
        "no user name",
        ["a/b", "--qr-file", "x"],
        "USER 'a/b': must hold only ASCII letters, digits and _+=,.@- (an IAM user name, not an ARN)",
    ),
    (
        "a device listed for another",
        ["alice", "--existing", TOKEN],
        f"roster.yaml:6: serial_number '{TOKEN}': already listed on line 4; a device has one holder",
    ),
    (
        "no roster",
        ["alice", "--qr-file", "x", "--roster", "no.yaml"],
        "no.yaml: the file cannot be read: No such file or directory",
    ),
    ("an odd name", ["alice", "--qr-file", "x", "--name", "a b"], "--name 'a b': must hold 1 to 226 ASCII letters, "),
)


@pytest.mark.parametrize(("reason", "arguments", "sentence"), REFUSED, ids=[case[0] for case in REFUSED])
def test_what_cannot_end_well_is_not_begun(
    here: Here, bench: Bench, box: Sandbox, reason: str, arguments: list[str], sentence: str
) -> None:
    done = here.run("enroll", *arguments)
    assert (done.returncode, done.stdout) == (1, ""), reason
    assert done.stderr.startswith(f"mfa-association: {sentence}"), done.stderr
    assert "CreateVirtualMFADevice" not in box.calls()
    assert bench.roster == ROSTER


class Meanwhile(io.StringIO):
    """Codes, before which somebody writes the roster."""

    def __init__(self, bench: Bench, box: Sandbox, roster: str) -> None:
        super().__init__("\n".join(box.codes("GAKT99999999")))
        self._bench, self._roster = bench, roster

    def readline(self, size: int = -1, /) -> str:  # type: ignore[override]
        (self._bench.folder / "roster.yaml").write_text(self._roster)
        return super().readline(size)


def test_a_roster_that_was_broken_meanwhile_costs_only_the_line(here: Here, bench: Bench, box: Sandbox) -> None:
    done = here.run("enroll", "alice", "--existing", "GAKT99999999", keys=Meanwhile(bench, box, "users: [\n"))
    assert done.returncode == 1
    told = "mfa-association: the device is enabled, but its line is missing: roster.yaml:2: not valid YAML"
    assert told in done.stderr
    assert done.stdout.endswith("\nAdd it by hand:\nusers:\n  alice:\n    - GAKT99999999\n")
    assert box.holders()["alice"] == ["GAKT99999999"]
    assert bench.roster == "users: [\n"


def test_a_change_that_was_made_meanwhile_is_kept(here: Here, bench: Bench, box: Sandbox) -> None:
    theirs = ROSTER + "# added meanwhile\n"
    done = here.run("enroll", "alice", "--existing", "GAKT99999999", keys=Meanwhile(bench, box, theirs))
    assert done.returncode == 0
    assert bench.roster == theirs.replace("users:\n", "users:\n  alice:\n    - GAKT99999999\n")
