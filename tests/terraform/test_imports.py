"""Import blocks: the documented module's addresses, and ids that the provider itself takes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mfa_association.errors import MfaError
from mfa_association.roster import parse
from mfa_association.terraform import association, imports, resource

PAGE = (Path(__file__).parents[2] / "docs" / "terraform.md").read_text()
ACCOUNT, MEMBER = "111122223333", "444422223333"
PHONE = f"arn:aws:iam::{ACCOUNT}:mfa/alice-phone"
LINES = parse(
    f"users:\n  alice:\n    - {PHONE}\n  bob:\n    - GAHT12345678\n"
    f'roots:\n  "{MEMBER}":\n    - arn:aws:iam::{MEMBER}:mfa/root-phone\n'
).lines
ASSOCIATION = 'resource "mfa_device_association" "%s" {\n%s\n}\n'


def _lines(text: str) -> list[str]:
    """In no order: arguments may stand in any."""
    return sorted(text.splitlines())


def test_the_module_is_the_documented_one() -> None:
    (first, *_) = re.findall(r"```terraform\n(.*?)```", PAGE, re.DOTALL)
    assert _lines(imports.module("roster.yaml")) == _lines(first)
    assert _lines(imports.module("roster.yaml", requires=False)) == _lines(first[first.index("locals {") :])


def test_the_provider_understands_every_id() -> None:
    for line in LINES:
        serial, holder = resource._parts(association.import_id(line.inputs()))
        said = {name: line.inputs()[name] for name in ("user_name", "root_account_id") if line.inputs()[name]}
        assert (serial, holder) == (line.serial, said)


def test_each_device_has_the_key_that_for_each_gives_it() -> None:
    text = imports.import_blocks(LINES)
    assert f'"mfa/alice-phone" = "alice/{PHONE}"\n' in text
    assert '"GAHT12345678"    = "bob/GAHT12345678"\n' in text
    assert f'"mfa/root-phone"  = "root:{MEMBER}/arn:aws:iam::{MEMBER}:mfa/root-phone"\n' in text
    assert "to = mfa_device_association.all[each.key]\n" in text


def test_a_file_name_is_no_template() -> None:
    assert 'file("$${a}%%{b}\\".yaml")' in imports.module('${a}%{b}".yaml')


@pytest.mark.parametrize(
    ("reason", "sources", "name"),
    [
        ("none", {"a.tf": 'resource "aws_iam_user" "x" {\n}\n'}, None),
        ("the only one", {"a.tf": ASSOCIATION % ("device", "")}, "device"),
        ("one with for_each", {"a.tf": ASSOCIATION % ("b", ""), "c.tf": ASSOCIATION % ("d", "  for_each = x")}, "d"),
        ("one that is a comment", {"a.tf": "# " + ASSOCIATION % ("b", "")}, None),
        ("one below a comment", {"a.tf": "# ours\n// too\n/* and */\n" + ASSOCIATION % ("b", "")}, "b"),
        ("one in a comment of many lines", {"a.tf": "/*\n" + ASSOCIATION % ("b", "") + "*/\n"}, None),
    ],
)
def test_the_resource_that_is_there(reason: str, sources: dict[str, str], name: str | None) -> None:
    assert imports.resource_name(sources) == name, reason


@pytest.mark.parametrize("body", ["", "  for_each = x"])
def test_two_resources_are_one_too_many(body: str) -> None:
    with pytest.raises(MfaError, match=r"mfa_device_association\.b, mfa_device_association\.c; nothing was written"):
        imports.resource_name({"a.tf": ASSOCIATION % ("b", body) + ASSOCIATION % ("c", body)})
