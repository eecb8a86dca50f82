"""The example for organizations: eight stacks over eight accounts at once, each with its own roster."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mfa_association import roster
from mfa_association.roster import Line
from mfa_association.sandbox import Sandbox
from tests.support.stack import ADMIN

from .backends import in_folder
from .project import EXAMPLE, NOW, Project, copy_of_example

SHIPPED = sorted(path.name.split(".")[1] for path in EXAMPLE.glob("Pulumi.*.yaml"))
STAGING, PATTERN = "222233334444", "333344445555"
ADDED = [str(number) * 12 for number in range(4, 9)]
ACCOUNTS = [*SHIPPED, *ADDED]
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
CHANGED = ("GAHT12345678", "mfa/carol-phone")
REFUSAL = (
    f"using the credentials of AWS account {SHIPPED[0]}: the configuration allows {STAGING}; nothing was changed, "
    "correct the credentials or aws:allowedAccountIds"
)


def phone(account: str, name: str) -> str:
    """The serial number of a virtual device."""
    return f"arn:aws:iam::{account}:mfa/{name}"


def lines(folder: Path, account: str) -> list[Line]:
    """The lines of an account's roster."""
    return list(roster.load(folder / "rosters" / f"{account}.yaml").lines)


def declared(folder: Path, account: str) -> dict[str, list[str]]:
    """Who may hold what by an account's roster."""
    found: dict[str, list[str]] = {}
    for line in lines(folder, account):
        found.setdefault(str(line.user_name), []).append(line.serial.text)
    return found


def device(line: Line) -> dict[str, Any]:
    """A device as the sandbox plants it: held, unless the code is to enable it."""
    kind, _, name = line.serial.kind.name, *line.serial.text.rpartition("/")[1:]
    if kind == "hardware":
        return {"kind": kind, "serial": line.serial.text}
    if kind == "fido":
        return {"kind": kind, "name": name.partition("-")[0], "id": name.partition("-")[2]}
    return {"kind": kind, "name": name, "held": not line.inputs()["seed_source"], "seed": SEED}


def account_seed(folder: Path, account: str) -> dict[str, Any]:
    """An account as its people left it, with zoe, whom no roster knows."""
    users: dict[str, Any] = {"zoe": {"devices": [{"kind": "virtual", "name": "zoe-phone"}]}}
    for line in lines(folder, account):
        users.setdefault(str(line.user_name), {"devices": []})["devices"].append(device(line))
    roles = {"mfa-apply": {"trusts": ["999900001111"]}}
    return {"users": users, "roles": roles, "parameters": {"/mfa/release-bot": SEED}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The example with five more accounts, made as its README says: two files each."""
    made = copy_of_example(tmp_path / "organization")
    for account in ADDED:
        for name in ("Pulumi.{}.yaml", "rosters/{}.yaml"):
            text = (made / name.format(PATTERN)).read_text()
            (made / name.format(account)).write_text(text.replace(PATTERN, account))
    return made


@pytest.fixture
def company(folder: Path) -> Iterator[Sandbox]:
    """Eight accounts, with credentials of a ninth that may assume a role in each."""
    keys = {ADMIN: {"account": "999900001111", "role": "mfa-apply"}}
    accounts = {account: account_seed(folder, account) for account in ACCOUNTS}
    with Sandbox({"accounts": accounts, "keys": keys, "strict_keys": True}) as sandbox:
        yield sandbox


@pytest.fixture
def organization(folder: Path, company: Sandbox, home: Path, tmp_path: Path) -> Iterator[Project]:
    """The project with eight empty stacks."""
    with in_folder(tmp_path / "state") as backend:
        project = Project(folder, home, company.url, backend)
        project.side_by_side(ACCOUNTS, "stack", "init")
        yield project


@pytest.mark.deep
def test_eight_accounts_side_by_side(organization: Project, company: Sandbox) -> None:
    organization.side_by_side(ACCOUNTS, "up", *NOW, "--continue-on-error")
    for account in ACCOUNTS:
        check_account(organization, company, account)
    people = {(account, user) for account in ACCOUNTS for user in declared(organization.folder, account)}
    assert looked_at(company) <= people
    walked = [call.account for call in company.log() if call.action == "ListVirtualMFADevices"]
    assert sorted(map(str, walked)) == sorted(ACCOUNTS), "each account once, by its own stack"
    assert writes(company) == [("EnableMFADevice", STAGING, phone(STAGING, "release-bot"))]
    check_a_removed_line(organization, company)
    check_wrong_credentials(organization, company)


def check_account(organization: Project, company: Sandbox, account: str) -> None:
    """AWS, the state and the roster of an account agree, and zoe was left alone."""
    wanted = declared(organization.folder, account)
    assert company.holders(account) == {**wanted, "zoe": [phone(account, "zoe-phone")]}
    outputs = organization.outputs(account)
    assert {bag["serial_number"] for bag in outputs.values()} == {one for held in wanted.values() for one in held}
    assert {(bag["active"], bag["account_id"]) for bag in outputs.values()} == {(True, account)}


def check_a_removed_line(organization: Project, company: Sandbox) -> None:
    """Dave leaves one account; every other alice and dave keeps what is hers and his."""
    edit(organization.rosters / f"{PATTERN}.yaml", f"  dave:\n    - {phone(PATTERN, 'dave-phone')}\n", "")
    company.reset_calls()
    organization.must(PATTERN, "up", *NOW)
    for account in ACCOUNTS:
        check_account(organization, company, account)
    assert writes(company) == [("DeactivateMFADevice", PATTERN, phone(PATTERN, "dave-phone"))]


def check_wrong_credentials(organization: Project, company: Sandbox) -> None:
    """A role copied from another account's stack: a new token is not adopted there, a removed line not acted on."""
    edit(organization.folder / f"Pulumi.{STAGING}.yaml", f"{STAGING}:role", f"{SHIPPED[0]}:role")
    roster_file = organization.rosters / f"{STAGING}.yaml"
    edit(roster_file, f"  carol:\n    - {phone(STAGING, 'carol-phone')}\n", "  bob:\n    - GAHT12345678\n")
    before = organization.outputs(STAGING), company.holders(STAGING), company.holders(SHIPPED[0])
    company.reset_calls()
    done = organization.run(STAGING, "up", *NOW, "--continue-on-error")
    assert done.code != 0
    told = {name: f"{name}):\n    error: mfa-association: {REFUSAL}" in done.text for name in CHANGED}
    assert told == dict.fromkeys(CHANGED, True), done.text
    assert (organization.outputs(STAGING), company.holders(STAGING), company.holders(SHIPPED[0])) == before
    assert company.calls().keys() == {"AssumeRole", "GetCallerIdentity"}


def looked_at(company: Sandbox) -> set[tuple[str, str]]:
    """The accounts and users of all calls that name a user."""
    return {(str(call.account), call.user) for call in company.log() if call.user}


def writes(company: Sandbox) -> list[tuple[str, str, str]]:
    """The calls that change something: action, account and device."""
    calls = [call for call in company.log() if call.serial and not call.action.startswith(("Get", "List"))]
    return [(call.action, str(call.account), str(call.serial)) for call in calls]


def edit(path: Path, old: str, new: str) -> None:
    """Replace what must be there."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
