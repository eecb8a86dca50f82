"""``mfa-association adopt --terraform``: which files, which words, and what stays untouched."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mfa_association.cli import main
from mfa_association.terraform import imports
from tests.support.company import ACCOUNT, MEMBER, PHONE, TOKEN, Company


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_an_empty_folder_gets_roster_module_and_blocks(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["adopt", "--terraform"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "roster.yaml: 3 devices added, 3 declared",
        "imports.tf: 3 devices, for `terraform apply`",
        "mfa.tf: the module that reads roster.yaml",
    ]
    assert sorted(os.listdir()) == ["imports.tf", "mfa.tf", "roster.yaml"]
    assert Path("mfa.tf").read_text() == imports.module("roster.yaml")
    assert f'"mfa/alice-phone"                = "alice/{PHONE}"' in Path("imports.tf").read_text()
    assert firm.only_reads()


def test_a_module_that_is_there_stays_and_is_imported_into(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    ours = 'resource "mfa_device_association" "device" {\n  for_each = local.devices\n}\n'
    Path("main.tf").write_text(ours)
    assert main(["adopt", "--terraform"]) == 0
    assert sorted(os.listdir()) == ["imports.tf", "main.tf", "roster.yaml"]
    assert Path("main.tf").read_text() == ours
    assert "to = mfa_device_association.device[each.key]" in Path("imports.tf").read_text()
    assert "mfa.tf" not in capsys.readouterr().out


@pytest.mark.parametrize(("source", "advised"), [("mfa-association/mfa", False), ("hashicorp/aws", True)])
def test_required_providers_are_not_said_twice(
    firm: Company, capsys: pytest.CaptureFixture[str], source: str, advised: bool
) -> None:
    Path("versions.tf").write_text(
        f'terraform {{\n  required_providers {{\n    x = {{ source = "{source}" }}\n  }}\n}}\n'
    )
    assert main(["adopt", "--terraform"]) == 0
    assert "required_providers" not in Path("mfa.tf").read_text()
    assert ("add to required_providers: mfa = {" in capsys.readouterr().out) == advised


def test_only_what_is_held_as_declared_is_imported(firm: Company) -> None:
    Path("roster.yaml").write_text(f"users:\n  carol:\n    - {PHONE}\n  bob:\n    - {TOKEN}\n")
    assert main(["adopt", "--terraform", "bob"]) == 0
    text = Path("imports.tf").read_text()
    assert f'"bob/{TOKEN}"' in text and "alice-phone" not in text


def test_again_writes_the_blocks_anew(firm: Company) -> None:
    assert main(["adopt", "--terraform", "bob"]) == 0
    assert main(["adopt", "--terraform", "--approve", "all"]) == 0
    assert Path("imports.tf").read_text().count(" = ") == 3 + 3


def test_many_accounts_have_a_module_each(firm: Company) -> None:
    Path("accounts").write_text(f"{ACCOUNT} {MEMBER}")
    many = ["--accounts", "accounts", "--role-arn", "arn:aws:iam::{account}:role/auditor", "--terraform"]
    assert main(["adopt", *many, "--roster", "{account}/roster.yaml"]) == 0
    for account in (ACCOUNT, MEMBER):
        assert sorted(os.listdir(account)) == ["imports.tf", "mfa.tf", "roster.yaml"]
    assert "mallory/" in Path(MEMBER, "imports.tf").read_text()


@pytest.mark.parametrize(
    ("file", "content", "arguments", "sentence"),
    [
        ("imports.tf", b"import {}\n", [], "writing (imports.tf): there is such a file already, which this command"),
        (
            "mfa.tf",
            b"locals {}\n",
            [],
            "writing (mfa.tf): there is such a file already, which declares no device; nothing was",
        ),
        ("a.tf", b"\xff", [], "reading (a.tf): the text is not UTF-8; nothing was written"),
        ("a.tf/b", b"", [], "reading (a.tf): Is a directory; nothing was written"),
        (
            "accounts",
            ACCOUNT.encode(),
            ["--accounts", "accounts", "--roster", "{account}.yaml", "--role-arn", "arn:aws:iam::{account}:role/x"],
            "the folder of --roster must contain {account}",
        ),
    ],
)
def test_what_cannot_be_written_is_one_sentence_and_no_file(
    firm: Company,
    capsys: pytest.CaptureFixture[str],
    file: str,
    content: bytes,
    arguments: list[str],
    sentence: str,
) -> None:
    Path(file).parent.mkdir(exist_ok=True)
    Path(file).write_bytes(content)
    before = sorted(os.listdir())
    assert main(["adopt", "--terraform", *arguments]) == 1
    told = capsys.readouterr()
    assert (told.out, len(told.err.splitlines())) == ("", 1)
    assert sentence in told.err
    assert sorted(os.listdir()) == before and Path(file).read_bytes() == content
