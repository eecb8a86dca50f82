"""docs/fleet.md shows what its commands print: they are run here, in order, and compared."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from mfa_association.cli import main
from tests.support.company import ACCOUNT, MEMBER, PHONE, SPARE, Company, company, phone

PAGE = Path(__file__).parents[2] / "docs" / "fleet.md"
EMPTY, DENIED = "333344445555", "444455556666"
"""A member account whose root user has no credentials, and one that has no role for us."""
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ (?P<line>(?:.*\\\n)*.*)\n(?P<output>(?:(?!\$ ).*\n)*)", re.MULTILINE)


def meanwhile(firm: Company, line: str) -> None:
    """What happened in the company before a command of the page."""
    if line == "mfa-association adopt":
        firm.box.add({"accounts": {ACCOUNT: {"users": {"erin": {"devices": [phone("erin-phone")]}}}}})
    if line == "mfa-association drift":
        firm.deactivate("alice", PHONE)
        firm.box.add({"accounts": {ACCOUNT: {"users": {"dave": {"devices": [phone("dave-phone")]}}}}})
        firm.box.client().delete_virtual_mfa_device(SerialNumber=SPARE)


def written(line: str) -> str:
    """The command without what it writes to a file."""
    return line.partition(" > ")[0]


def shown(line: str, capsys: pytest.CaptureFixture[str]) -> str:
    """What a command prints, with the one date that is not the company's."""
    capsys.readouterr()
    main(shlex.split(written(line).replace("\\\n", ""))[1:])
    printed = capsys.readouterr()
    assert printed.err == "" or "organization.txt" in line
    if written(line) != line:
        return ""
    return re.sub(r"as of \S+", "as of 2025-02-01T09:00:00Z", printed.out + printed.err)


@pytest.fixture
def firm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    monkeypatch.chdir(tmp_path)
    Path("accounts.txt").write_text(f"{ACCOUNT}\t{MEMBER}\n")
    Path("organization.txt").write_text(f"{ACCOUNT}\t{MEMBER}\t{DENIED}\n")
    Path("members.txt").write_text(f"{MEMBER}\t{EMPTY}\n")
    for firm in company():
        members = {"management": ACCOUNT, "members": [MEMBER, EMPTY], "root_credentials_management": True}
        firm.box.add({"accounts": {EMPTY: {}}, "organization": members})
        yield firm


def replayed(page: str, firm: Company, capsys: pytest.CaptureFixture[str]) -> str:
    """The page with what its own commands print now."""

    def rerun(command: re.Match[str]) -> str:
        if not command["line"].startswith("mfa-association"):
            return command[0]
        meanwhile(firm, command["line"])
        return f"$ {command['line']}\n{shown(command['line'], capsys)}"

    return BLOCK.sub(lambda block: f"```console\n{COMMAND.sub(rerun, block[1])}```", page)


@pytest.mark.long
def test_the_page_shows_what_its_commands_print(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    page = PAGE.read_text()
    assert page == replayed(page, firm, capsys)
    assert firm.box.calls()["DeactivateMFADevice"] == 1
