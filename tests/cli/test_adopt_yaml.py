"""``mfa-association adopt --yaml`` and ``program``: which file, which words, and what Pulumi gets to run."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from mfa_association import __version__
from mfa_association.cli import main
from mfa_association.fields import ROSTER
from mfa_association.inventory.associations import camel, snake
from mfa_association.tokens import BRIDGED_TYPE
from tests.support.company import ACCOUNT, MEMBER, PHONE, TOKEN, Company


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def project(folder: str = "") -> dict[str, Any]:
    return dict(yaml.safe_load(Path(folder, "Pulumi.yaml").read_text()))


def program(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    """The resources of the program that is printed, which is YAML too."""
    capsys.readouterr()
    assert main(["program", *arguments]) == 0
    (resources,) = yaml.safe_load(capsys.readouterr().out).values()
    return dict(resources)


def test_an_empty_folder_gets_roster_and_project(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["adopt", "--yaml"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "roster.yaml: 3 devices added, 3 declared",
        "Pulumi.yaml: the project that reads roster.yaml, for `pulumi install` and `pulumi up`",
    ]
    assert sorted(os.listdir()) == ["Pulumi.yaml", "roster.yaml"]
    written = project()
    assert written["runtime"] == {"name": "yaml", "options": {"compiler": "mfa-association program"}}
    assert written["packages"]["mfa"]["parameters"] == ["mfa-association/mfa", __version__]
    assert written["config"] == {"mfa:allowedAccountIds": [ACCOUNT], "mfa:maxRemovals": 10}
    assert len(program(capsys)) == 3
    assert firm.only_reads()


def test_a_region_and_another_roster_are_what_was_said(firm: Company) -> None:
    assert main(["adopt", "--yaml", "--region", "eu-west-1", "--roster", "people.yaml"]) == 0
    assert project()["config"]["mfa:region"] == "eu-west-1"
    assert project()["runtime"]["options"]["compiler"] == "mfa-association program people.yaml"


def test_again_leaves_the_project_as_it_is(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["adopt", "--yaml", "bob"]) == 0
    Path("Pulumi.yaml").write_text(Path("Pulumi.yaml").read_text().replace("name: mfa", "name: ours"))
    capsys.readouterr()
    assert main(["adopt", "--yaml", "--approve", "all"]) == 0
    assert "Pulumi.yaml: it was there already, and was not changed" in capsys.readouterr().out
    assert project()["name"] == "ours" and len(program(capsys)) == 3


def test_many_accounts_have_a_project_each(firm: Company) -> None:
    Path("accounts").write_text(f"{ACCOUNT} {MEMBER}")
    many = ["--accounts", "accounts", "--role-arn", "arn:aws:iam::{account}:role/auditor", "--yaml"]
    assert main(["adopt", *many, "--roster", "{account}/roster.yaml"]) == 0
    for account in (ACCOUNT, MEMBER):
        assert project(account)["config"]["mfa:allowedAccountIds"] == [account]


@pytest.mark.parametrize(
    ("content", "arguments", "sentence"),
    [
        (
            b"name: ours\nruntime: yaml\n",
            [],
            "writing (Pulumi.yaml): there is such a file already, which does not read",
        ),
        (b"\xff", [], "writing (Pulumi.yaml): there is such a file already, which does not read"),
        (
            None,
            ["--accounts", "accounts", "--roster", "{account}.yaml", "--role-arn", "arn:aws:iam::{account}:role/x"],
            "with --yaml the folder of --roster must contain {account}",
        ),
    ],
)
def test_what_cannot_be_written_is_one_sentence_and_no_file(
    firm: Company, capsys: pytest.CaptureFixture[str], content: bytes | None, arguments: list[str], sentence: str
) -> None:
    Path("accounts").write_text(ACCOUNT)
    if content is not None:
        Path("Pulumi.yaml").write_bytes(content)
    before = sorted(os.listdir())
    assert main(["adopt", "--yaml", *arguments]) == 1
    told = capsys.readouterr()
    assert (told.out, len(told.err.splitlines())) == ("", 1)
    assert sentence in told.err
    assert sorted(os.listdir()) == before and (content is None or Path("Pulumi.yaml").read_bytes() == content)


def test_a_program_has_all_that_a_roster_says_and_no_more(capsys: pytest.CaptureFixture[str]) -> None:
    settings = {"on_last_device": "refuse", "on_destroy": "keep", "require_active": True, "renew": "1"}
    everything = {"serial_number": PHONE, "seed_source": "file:${HOME}/a$$b", **settings}
    roots = {MEMBER: [f"arn:aws:iam::{MEMBER}:mfa/root-phone"]}
    Path("people.yaml").write_text(json.dumps({"users": {"alice": [everything], "bob": [TOKEN]}, "roots": roots}))
    resources = program(capsys, "people.yaml")
    assert {one["type"] for one in resources.values()} == {BRIDGED_TYPE}
    bags = {name: one["properties"] for name, one in resources.items()}
    said = {snake(name): value for name, value in bags["mfa/alice-phone"].items()}
    assert said == {**everything, "user_name": "alice", "seed_source": "file:$${HOME}/a$$$$b"}
    assert bags[TOKEN] == {"serialNumber": TOKEN, "userName": "bob"}
    assert bags["mfa/root-phone"]["rootAccountId"] == MEMBER
    assert {name for bag in bags.values() for name in bag} == set(map(camel, ROSTER))


def test_a_fault_of_the_roster_is_told_and_nothing_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """Pulumi shows what a compiler wrote to stderr, and ends."""
    Path("roster.yaml").write_text("users: {}\n")
    assert main(["program"]) == 1
    told = capsys.readouterr()
    assert told.out == "" and "roster.yaml:1" in told.err
