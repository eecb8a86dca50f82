"""The table of inputs: each row can be right and wrong, and the surfaces that are text agree with it."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import input_docs
import jsonschema
import pytest

from mfa_association import roster
from mfa_association.engine import changes, config, inputs, props
from mfa_association.errors import MfaError
from mfa_association.fields import BY_NAME, CODES, FIELDS, ROSTER, Field
from mfa_association.pulumi.config import spelled
from mfa_association.terraform import association, block
from mfa_association.terraform import roster as roster_function
from mfa_association.validation import InvalidValue

PHONE = "arn:aws:iam::111122223333:mfa/alice-phone"
TEXTS = {
    "serial_number": PHONE,
    "user_name": "alice",
    "root_account_id": "111122223333",
    "seed": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
    "seed_source": "env:SEED",
    "role_arn": "arn:aws:iam::111122223333:role/x",
}
"""A good value of each text that has a form; of any other, any text is good."""


def good(field: Field) -> Any:
    """A value that is not the default."""
    if field.is_truth:
        return True
    return next((choice for choice in field.choices if choice != field.default), TEXTS.get(field.name, "7"))


def whole_line() -> tuple[roster.Line, dict[str, Any]]:
    """A line of a roster that says all that one can say of a user's device, and what it says."""
    said = {name: good(BY_NAME[name]) for name in ROSTER if name != "root_account_id"}
    device = {name: str(value).lower() if value is True else value for name, value in said.items()}
    device.pop("user_name")
    [line] = roster.parse(json.dumps({"users": {"alice": [device]}})).lines
    return line, said


@pytest.mark.parametrize("field", [one for one in FIELDS if one.name not in CODES], ids=lambda field: field.name)
def test_a_row_takes_what_is_right_and_names_what_is_wrong(field: Field) -> None:
    """Codes are checked as a pair."""
    field.parse(good(field))
    with pytest.raises(InvalidValue) as caught:
        field.parse(["neither"], "users.alice[0].x")
    assert caught.value.field == "users.alice[0].x"


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_the_engine_checks_what_the_table_has(field: Field) -> None:
    codes = dict.fromkeys(CODES if field.name in CODES else (), "271828")
    news = {"user_name": "alice", "serial_number": PHONE, **codes, field.name: ["neither"]}
    assert any(field.name in (fault.property, fault.reason.split()[0]) for fault in inputs.faults(news))


@pytest.mark.parametrize("name", [*CODES, "seed", "seed_source"])
def test_a_fault_of_what_enables_shows_nothing_of_it(name: str) -> None:
    [fault, *_] = inputs.faults({"user_name": "alice", "serial_number": PHONE, name: "OH-SO-SECRET"})
    assert fault.property == "" and "SECRET" not in fault.reason
    assert inputs.can_enable({name: "x"})


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_a_change_does_what_the_table_says(field: Field) -> None:
    root = field.name == "root_account_id"
    olds = {"serial_number": PHONE} | ({"root_account_id": "222233334444"} if root else {"user_name": "bob"})
    if field.name == "serial_number":
        olds["serial_number"] = "GAHT12345678"
    news = olds | {field.name: good(field)}
    replaced = changes.replaces(olds, news)
    assert (bool(replaced), changes.is_old_first(replaced)) == (
        field.change.startswith("replaces"),
        field.change == "replaces, old first",
    )
    assert (changes.is_moved(olds, news) and not replaced) == (field.change == "moves")
    assert changes.is_renewed(olds, news) == (field.change == "renews")
    assert (props.settings(olds) != props.settings(news)) == (field.change == "state only")
    assert changes.is_changed(olds, news) == (field.change != "nothing") == (field.name in changes.COMPARED)


@pytest.mark.parametrize("field", [one for one in FIELDS if one.default], ids=lambda field: field.name)
def test_a_default_is_the_same_as_nothing(field: Field) -> None:
    assert props.settings({field.name: field.default}) == props.settings({})
    assert field.default in field.choices and field.name in association.DEFAULTED


class Said:
    """A configuration that says one thing."""

    def __init__(self, key: str, value: str) -> None:
        self._said = {key: value}

    def get(self, key: str) -> str | None:
        """What it says."""
        return self._said.get(key)

    def spelled(self, name: str) -> str:
        """As it is."""
        return name

    def fault(self, key: str, rule: str) -> MfaError:
        """The error for a key."""
        return MfaError(f"{key} {rule}")


@pytest.mark.parametrize("field", [one for one in FIELDS if one.default], ids=lambda field: field.name)
def test_what_has_a_default_can_be_set_for_all(field: Field) -> None:
    other = next(choice for choice in field.choices if choice != field.default)
    assert config.read(Said(field.name, other)).defaults == {field.name: other}
    assert config.read(Said(field.name, str(field.default))).defaults == {}
    assert config.read(Said(field.name, "neither")).fault
    assert field.name in block.SCHEMA.names
    assert f"| `{spelled(field.name)}` |" in (input_docs.ROOT / "docs" / "configuration.md").read_text()


def test_only_secrets_are_kept_nowhere() -> None:
    written = {one.name: one for one in association.SCHEMA.attributes}
    for field in FIELDS:
        shown = written[f"{field.name}_wo" if field.is_secret else field.name]
        assert (shown.write_only, shown.use == "required", shown.type == "bool", shown.description) == (
            field.is_secret,
            field.is_required,
            field.is_truth,
            field.description,
        )
    assert {"seed", *CODES} == {field.name for field in FIELDS if field.is_secret}


def test_all_that_a_roster_says_of_a_device_is_an_input() -> None:
    line, said = whole_line()
    assert line.inputs() == said | {"root_account_id": None}
    assert set(ROSTER) == set(json.loads(getattr(roster_function.definition(), "return").type)[1][1])
    assert not inputs.faults({key: value for key, value in line.inputs().items() if value is not None})


def test_no_edit_of_a_roster_may_change_a_setting() -> None:
    """What holds an edit to its word sees each setting: two lines that differ in one are not the same."""
    from mfa_association.roster.editing.edit import _facts

    line, said = whole_line()
    [bare] = roster.parse(json.dumps({"users": {"alice": [PHONE]}})).lines
    assert len(_facts(line)) == len(_facts(bare)) == len(ROSTER)
    assert sum(left != right for left, right in zip(_facts(line), _facts(bare), strict=True)) == len(said) - 2


@pytest.mark.parametrize("field", [one for one in FIELDS if one.is_roster_setting], ids=lambda field: field.name)
def test_parser_and_editors_schema_know_the_setting_at_the_same_places(field: Field) -> None:
    value = str(good(field)).lower() if field.is_truth else good(field)
    schema = json.loads((files("mfa_association") / "roster.schema.json").read_text(encoding="utf-8"))
    of_device = {"users": {"alice": [{"serial_number": PHONE, field.name: value}]}}
    of_all = {"defaults": {field.name: value}, "users": {"alice": [PHONE]}}
    for document, known in ((of_device, True), (of_all, field.roster == "device or defaults")):
        assert jsonschema.Draft202012Validator(schema).is_valid(document) is known
        try:
            said = roster.parse(json.dumps(document)).lines[0].inputs()
        except roster.RosterError:
            assert not known
        else:
            assert known and said[field.name] == good(field)


def test_the_text_about_inputs_is_made_of_the_table() -> None:
    stale = [path.name for path, text in input_docs.texts().items() if path.read_text() != text]
    assert not stale, "run tools/input_docs.py"


@pytest.mark.parametrize("path", input_docs.blocks(), ids=lambda path: path.name)
def test_every_block_hands_on_all_that_a_roster_says(path: Path) -> None:
    resources = re.findall(r'^resource "mfa_device_association".*?^}', path.read_text(), re.DOTALL | re.MULTILINE)
    of_rosters = [one for one in resources if "for_each" in one]
    assert of_rosters
    for one in of_rosters:
        assert set(ROSTER) <= set(re.findall(r"^  (\w+) += ", one, re.MULTILINE)), "run tools/input_docs.py"


def test_blocks_are_found_where_users_take_them() -> None:
    found = {str(path.relative_to(input_docs.ROOT)) for path in input_docs.blocks()}
    assert found >= {"docs/terraform.md", "examples/terraform/main.tf", "tools/demo.tf"}


@pytest.mark.parametrize("name", ROSTER)
def test_a_block_that_leaves_out_a_key_is_mended(name: str) -> None:
    path = input_docs.ROOT / "examples" / "terraform" / "main.tf"
    lines = path.read_text().splitlines(keepends=True)
    left = "".join(line for line in lines if f"each.value.{name}" not in line)
    assert left != path.read_text()
    if name != "serial_number":  # what a block is known by
        assert f"= each.value.{name}\n" in input_docs.with_roster_keys(left)


def test_what_else_a_block_says_stays_and_what_no_roster_says_goes() -> None:
    block = "  serial_number = each.value.serial_number\n  gone = each.value.gone\n  extra = 1\n"
    *_, last_key, extra, end = input_docs.with_roster_keys(block).split("\n")
    assert last_key == f"  {ROSTER[-1]:15} = each.value.{ROSTER[-1]}"
    assert (extra, end) == ("  extra           = 1", "")
    assert "gone" not in input_docs.with_roster_keys(block)
    assert input_docs.with_roster_keys("  a = 1\n  bb = 2\n") == "  a = 1\n  bb = 2\n"
