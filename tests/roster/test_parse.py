"""The roster: what it reads, every fault with its place, and a schema for editors that judges alike."""

from __future__ import annotations

import functools
import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mfa_association.roster import MAX_BYTES, SCHEMA_URL, Line, Roster, RosterError, load, parse
from tests.support.examples import examples

PHONE = "arn:aws:iam::111122223333:mfa/alice-phone"
TOKEN = "GAHT12345678"
EMPTY = "the roster is empty: fill it with `mfa-association adopt`, or set allow_empty: true to deactivate every declared device"
KNOWN = "unknown field; known are"
EXAMPLE = f"""\
# roster.yaml: who may hold which MFA device. Deleting a line deactivates the device.
defaults: {{on_last_device: warn}}
users:
  alice:
    - {PHONE}
    - serial_number: arn:aws:iam::111122223333:u2f/user/alice/yubikey-ABC
      on_last_device: refuse
  bob:
    - {TOKEN}
roots:
  "222233334444":
    - arn:aws:iam::222233334444:mfa/root-phone
"""


def facts(line: Line) -> tuple[object, ...]:
    return (
        line.line,
        line.user_name,
        line.root_account_id,
        line.serial.name,
        line.serial.kind.name,
        line.inputs()["on_last_device"],
    )


def test_the_example_of_the_design() -> None:
    assert [facts(line) for line in parse(EXAMPLE).lines] == [
        (5, "alice", None, "mfa/alice-phone", "virtual", "warn"),
        (6, "alice", None, "u2f/user/alice/yubikey-ABC", "fido", "refuse"),
        (9, "bob", None, TOKEN, "hardware", "warn"),
        (12, None, "222233334444", "mfa/root-phone", "virtual", "warn"),
    ]


def test_the_roster_of_this_repo() -> None:
    assert load(Path(__file__).parents[2] / "roster.yaml").lines


def test_every_setting_reaches_its_line() -> None:
    text = f"""\
defaults: {{require_active: true, on_destroy: delete-virtual-device}}
users:
  alice:
    - {PHONE}
    - {{serial_number: {TOKEN}, require_active: 'false', on_destroy: keep, renew: 2026-01-01, seed_source: 'env:SEED'}}
"""
    first, second = parse(text).lines
    names = ("require_active", "on_destroy", "renew", "seed_source")
    assert tuple(first.inputs()[name] for name in names) == (
        True,
        "delete-virtual-device",
        None,
        None,
    )
    assert tuple(second.inputs()[name] for name in names) == (
        False,
        "keep",
        "2026-01-01",
        "env:SEED",
    )


@pytest.mark.parametrize(
    "name", ["0123", "no", "yes", "1_000", "2026-01-01", "null", "true", "1e3", "0x1F", "1.0", "=", "-"]
)
def test_every_scalar_is_text(name: str) -> None:
    serial = name.ljust(9, "0")
    (line,) = parse(f"users:\n  {name}:\n  - {serial}\n").lines
    assert (line.user_name, line.serial.text) == (name, serial)


def test_a_default_end_of_the_entity_is_for_virtual_devices() -> None:
    text = f"defaults: {{on_destroy: delete-virtual-device}}\nusers: {{alice: [{PHONE}, {TOKEN}]}}\n"
    assert [line.inputs()["on_destroy"] for line in parse(text).lines] == ["delete-virtual-device", None]


@pytest.mark.parametrize("nothing", ["", "null", "~", "[]"])
def test_a_user_without_devices_holds_none(nothing: str) -> None:
    (line,) = parse(f"users: {{alice: [{TOKEN}], bob: {nothing}}}").lines
    assert line.user_name == "alice"


@pytest.mark.parametrize("rest", ["", "users:", "users: {}", "users: {alice: }", "users: {alice: []}\nroots: {}"])
def test_an_empty_roster_is_taken_when_it_says_so(rest: str) -> None:
    assert parse(f"allow_empty: true\n{rest}").lines == ()


@pytest.mark.parametrize("text", [f"\ufeffusers: {{a: [{TOKEN}]}}", f"users:\r\n  a:\r\n  - {TOKEN}\r\n"])
def test_a_byte_order_mark_and_windows_lines_are_no_faults(text: str, tmp_path: Path) -> None:
    file = tmp_path / "roster.yaml"
    file.write_bytes(text.encode())
    assert [line.serial.text for line in load(file).lines] == [TOKEN]


TAB = "the line is indented with a tab: YAML wants spaces"
CONFLICT = "a merge conflict was left here: keep one side, and delete the markers"


class Bad(NamedTuple):
    reason: str
    text: str
    faults: tuple[str, ...]


BAD = (
    Bad("nothing", "", (f"1: {EMPTY}",)),
    Bad("a comment alone", "# nobody\n", (f"1: {EMPTY}",)),
    Bad("empty users", "\nusers: {}", (f"2: {EMPTY}",)),
    Bad("users without devices", "users: {alice: [], bob: }", (f"1: {EMPTY}",)),
    Bad("empty and says no", "allow_empty: false", (f"1: {EMPTY}",)),
    Bad("YAML 1.1's yes", "allow_empty: yes", ("1: allow_empty 'yes': must be one of true, false",)),
    Bad("a list", f"- {TOKEN}", ("1: the file: must be a mapping of 'name: value' lines",)),
    Bad("a word", "roster", ("1: the file: must be a mapping of 'name: value' lines",)),
    Bad("null", "null", ("1: the file: must be a mapping of 'name: value' lines",)),
    Bad("users is a list", f"users:\n- {TOKEN}", ("2: users: must be a mapping of 'name: value' lines",)),
    Bad("users is a word", "users: no", ("1: users: must be a mapping of 'name: value' lines",)),
    Bad("quoted null is text", "users: 'null'", ("1: users: must be a mapping of 'name: value' lines",)),
    Bad("defaults without any", "defaults:\n", ("1: defaults: must be a mapping of 'name: value' lines",)),
    Bad(
        "a device without its dash",
        f"users:\n  alice: {TOKEN}",
        ("2: users.alice: must be a list of devices, each on a line that starts with '- '",),
    ),
    Bad(
        "devices in a mapping",
        f"users:\n  alice:\n    phone: {TOKEN}",
        ("3: users.alice: must be a list of devices, each on a line that starts with '- '",),
    ),
    Bad(
        "a list in the list",
        f"users: {{alice: [[{TOKEN}]]}}",
        ("1: users.alice[0]: must be a serial number, or a mapping with serial_number",),
    ),
    Bad(
        "settings without a serial number",
        "users: {alice: [{on_last_device: warn}]}",
        ("1: users.alice[0]: must be a serial number, or a mapping with serial_number",),
    ),
    Bad(
        "the serial number is a list",
        f"users: {{alice: [{{serial_number: [{TOKEN}]}}]}}",
        ("1: users.alice[0]: must be a serial number, or a mapping with serial_number",),
    ),
    Bad("a list as name", f"users: {{? [alice] : [{TOKEN}]}}", ("1: users: a name must be plain text",)),
    Bad(
        "an unknown field of the file",
        f"users: {{alice: [{TOKEN}]}}\nuser: {{}}",
        (f"2: the file 'user': {KNOWN} allow_empty, defaults, roots, users",),
    ),
    Bad(
        "an unknown field of a device",
        f"users:\n  alice:\n  - serial_number: {TOKEN}\n    code: '271828'",
        (
            (
                f"4: users.alice[0] 'code': {KNOWN} on_destroy, on_last_device, renew, require_active, seed_source, "
                "serial_number"
            ),
        ),
    ),
    Bad(
        "a default that is a device's own",
        f"defaults: {{renew: x}}\nusers: {{alice: [{TOKEN}]}}",
        (f"1: defaults 'renew': {KNOWN} on_destroy, on_last_device, require_active, require_certification",),
    ),
    Bad(
        "a choice that is none",
        f"defaults: {{on_last_device: deny}}\nusers: {{alice: [{TOKEN}]}}",
        ("1: defaults.on_last_device 'deny': must be one of refuse, warn, allow",),
    ),
    Bad(
        "a choice in capitals",
        f"users: {{alice: [{{serial_number: {TOKEN}, require_active: True}}]}}",
        ("1: users.alice[0].require_active 'True': must be one of true, false",),
    ),
    Bad(
        "a choice that is a list",
        f"users: {{alice: [{{serial_number: {TOKEN}, on_destroy: [keep]}}]}}",
        ("1: users.alice[0].on_destroy: must be one of keep, delete-virtual-device",),
    ),
    Bad(
        "an empty renewal",
        f"users: {{alice: [{{serial_number: {TOKEN}, renew: ''}}]}}",
        ("1: users.alice[0].renew '': must be 1 to 128 characters long, not 0",),
    ),
    Bad(
        "a renewal that is a list",
        f"users: {{alice: [{{serial_number: {TOKEN}, renew: []}}]}}",
        ("1: users.alice[0].renew: must be text",),
    ),
    Bad(
        "a seed instead of its source",
        f"users: {{alice: [{{serial_number: {TOKEN}, seed_source: here}}]}}",
        (("1: users.alice[0].seed_source: must be env:NAME, file:PATH, ssm:/path or secretsmanager:ID[#key]"),),
    ),
    Bad(
        "a user that is none",
        f"users:\n  alice smith:\n  - {TOKEN}",
        (("2: users 'alice smith': must hold only ASCII letters, digits and _+=,.@- (an IAM user name, not an ARN)"),),
    ),
    Bad(
        "a root that is none",
        f"roots:\n  '22223333444':\n  - {TOKEN}",
        ("2: roots '22223333444': must be 12 characters long, not 11",),
    ),
    Bad(
        "a short serial number",
        "users:\n  alice:\n  - 12345678",
        ("3: users.alice[0].serial_number '12345678': must be 9 to 256 characters long, not 8",),
    ),
    Bad(
        "an escape in a serial number",
        'users:\n  alice:\n  - "\\e[31mGAHT12345678"',
        (
            r"3: users.alice[0].serial_number '\x1b[31mGAHT12345678': must hold only ASCII letters, digits and _+=/:,.@-",
        ),
    ),
    Bad(
        "a root device of another account",
        f"roots:\n  '222233334444':\n  - {PHONE}",
        (f"3: roots.222233334444[0].serial_number '{PHONE}': must be a device of account 222233334444",),
    ),
    Bad(
        "a user listed twice",
        f"users:\n  alice:\n  - {TOKEN}\n  alice:\n  - {PHONE}",
        ("4: users 'alice': listed twice (first on line 2)",),
    ),
    Bad(
        "a user in another case",
        f"users:\n  alice:\n  - {TOKEN}\n  Alice: []",
        ("4: users 'Alice': is 'alice' in another case; IAM holds them equal (first on line 2)",),
    ),
    Bad(
        "a field twice",
        f"users:\n  alice:\n  - serial_number: {TOKEN}\n    serial_number: {PHONE}",
        ("4: users.alice[0] 'serial_number': listed twice (first on line 3)",),
    ),
    Bad(
        "users twice",
        f"users: {{alice: [{TOKEN}]}}\nusers: {{}}",
        ("2: the file 'users': listed twice (first on line 1)",),
    ),
    Bad(
        "a device twice",
        f"users:\n  alice:\n  - {PHONE}\n  bob:\n  - {PHONE}",
        (f"5: serial_number '{PHONE}': already listed on line 3; a device has one holder",),
    ),
    Bad(
        "a device twice for one user",
        f"users:\n  alice:\n  - {TOKEN}\n  - {{serial_number: {TOKEN}}}",
        (f"4: serial_number '{TOKEN}': already listed on line 3; a device has one holder",),
    ),
    Bad(
        "a device in another case",
        f"users:\n  alice:\n  - {TOKEN}\nroots:\n  '222233334444':\n  - {TOKEN.lower()}",
        (f"6: serial_number '{TOKEN.lower()}': already listed on line 3; a device has one holder",),
    ),
    Bad(
        "a device in quotes",
        f"users:\n  alice:\n  - {TOKEN}\n  - '{TOKEN}'",
        (f"4: serial_number '{TOKEN}': already listed on line 3; a device has one holder",),
    ),
    Bad(
        "a second account",
        f"users:\n  alice:\n  - {TOKEN}\n  - {PHONE}\n  bob:\n  - arn:aws:iam::222233334444:mfa/bob",
        (
            (
                "6: serial_number 'arn:aws:iam::222233334444:mfa/bob': "
                "belongs to another account than line 4; one roster serves one account"
            ),
        ),
    ),
    Bad(
        "a second partition",
        f"users:\n  alice: [{PHONE}]\n  bob:\n  - {PHONE.replace('aws', 'aws-cn').replace('alice', 'bob')}",
        (
            (
                "4: serial_number 'arn:aws-cn:iam::111122223333:mfa/bob-phone': "
                "belongs to another partition than line 2; one roster serves one partition"
            ),
        ),
    ),
    Bad(
        "a root in another partition",
        f"users:\n  alice: [{PHONE}]\nroots:\n  '222233334444': ['arn:aws-us-gov:iam::222233334444:mfa/r']",
        (
            (
                "4: serial_number 'arn:aws-us-gov:iam::222233334444:mfa/r': "
                "belongs to another partition than line 2; one roster serves one partition"
            ),
        ),
    ),
    Bad("an anchor", f"users: &all {{alice: [{TOKEN}]}}", ("1: anchors and aliases are not used in a roster",)),
    Bad("an alias", f"users: {{alice: [{TOKEN}],\n bob: *all}}", ("2: anchors and aliases are not used in a roster",)),
    Bad("a tag", f"users: !!map {{alice: [{TOKEN}]}}", ("1: tags are not used in a roster",)),
    Bad("a tag of Python", "users: !!python/object/apply:os.getcwd []", ("1: tags are not used in a roster",)),
    Bad("a tag on text", f"users: {{alice: [! {TOKEN}]}}", ("1: tags are not used in a roster",)),
    Bad("two documents", f"---\nusers: {{alice: [{TOKEN}]}}\n---\nusers: {{}}", ("3: a roster is one document",)),
    Bad("a bomb of brackets", "users: " + "[" * 50, ("1: nested too deeply",)),
    Bad("a bomb of dashes", "- " * 50, ("1: nested too deeply",)),
    Bad("a tab", "users:\n\talice:", (f"2: {TAB}",)),
    Bad("a tab behind spaces", f"users:\n  alice:\n  \t- {TOKEN}", (f"3: {TAB}",)),
    Bad("a tab that goes on", f"users:\n  alice:\n    - {TOKEN}\n\t- {PHONE}", (f"4: {TAB}",)),
    Bad("a tab, and Windows lines", f"users:\r\n\talice:\r\n\t- {TOKEN}\r\n", (f"2: {TAB}",)),
    Bad("a tab elsewhere", f"users:\n  alice:\t[{TOKEN}\n", ("3: not valid YAML: did not find expected ',' or ']'",)),
    Bad(
        "a merge conflict",
        f"users:\n  alice:\n<<<<<<< HEAD\n  - {TOKEN}\n=======\n  - {PHONE}\n>>>>>>> phone\n",
        (f"3: {CONFLICT}",),
    ),
    Bad(
        "two, of which one shows its base",
        "<<<<<<< a\n=======\n>>>>>>> b\nusers:\n<<<<<<< a\r\n||||||| base\r\n=======\r\n>>>>>>> b\r\n",
        (f"1: {CONFLICT}", f"5: {CONFLICT}"),
    ),
    Bad("half of one", f"users:\n  alice: [{TOKEN}]\n=======\n>>>>>>> b\n", (f"3: {CONFLICT}",)),
    Bad("a bracket left open", "users: [\n", ("2: not valid YAML: did not find expected node content",)),
    Bad("a control character", "users: {é: \n [\x07]}", ("2: not valid YAML: the text holds control characters",)),
    Bad("half a character", "users: {'\ud800': }", ("1: the text is not UTF-8",)),
    Bad(
        "several at once, in the order of the lines",
        f"roots:\n  one:\n  - {TOKEN}\nusers:\n  bob:\n  - short\n  alice:\n  - {TOKEN}\n  - {TOKEN}\nmore: 1",
        (
            "2: roots 'one': must be 12 characters long, not 3",
            "6: users.bob[0].serial_number 'short': must be 9 to 256 characters long, not 5",
            f"9: serial_number '{TOKEN}': already listed on line 8; a device has one holder",
            "10: the file 'more': unknown field; known are allow_empty, defaults, roots, users",
        ),
    ),
)


@pytest.mark.parametrize("case", BAD, ids=lambda case: case.reason)
def test_a_fault_names_file_line_field_value_and_rule(case: Bad) -> None:
    with pytest.raises(RosterError) as caught:
        parse(case.text, "who.yaml")
    assert str(caught.value).split("\n") == [f"who.yaml:{fault}" for fault in case.faults]


@pytest.mark.parametrize(
    ("serial", "warned", "reason"),
    [
        ("alice-phone", True, "no digit"),
        ("bob_phone_2024", True, "a year"),
        (TOKEN, False, "as on a token of Thales"),
        ("2308724550493", False, "as on a token of Token2"),
        ("SPAK-123-456", False, "six digits"),
        (PHONE, False, "an ARN"),
    ],
)
def test_a_token_that_looks_like_a_virtual_devices_name_is_warned_of(serial: str, warned: bool, reason: str) -> None:
    found = parse(f"users:\n  alice:\n  - {serial}\n").warnings
    told = (
        f"{serial!r} is taken for the serial number of a hardware token, and looks like a virtual device's name: if it is"
        f" one, write its ARN, arn:aws:iam::ACCOUNT:mfa/{serial}"
    )
    assert found == (((3, told),) if warned else ()), reason


@pytest.mark.parametrize("piece", ["[", "{a: ", "- ", "? "])
def test_a_bomb_of_a_megabyte_is_refused_at_once(piece: str) -> None:
    with pytest.raises(RosterError, match=r"nest"):
        parse(piece * (1_000_000 // len(piece)))


def test_a_name_of_a_megabyte_is_told_shortly() -> None:
    with pytest.raises(RosterError) as caught:
        parse(f"users:\n  ? {'x' * 1_000_000}\n  : []\n  ? {'X' * 1_000_000}\n  : []\n")
    assert len(str(caught.value)) < 1000


class Unreadable(NamedTuple):
    reason: str
    make: Any
    fault: str


UNREADABLE = (
    Unreadable("it is not there", lambda path: None, "the file cannot be read: No such file or directory"),
    Unreadable("a directory", Path.mkdir, "the file cannot be read: Is a directory"),
    Unreadable("not UTF-8", lambda path: path.write_bytes(b"users:\n  al\xe9: []\n"), "2: the text is not UTF-8"),
    Unreadable(
        "too large",
        lambda path: path.write_bytes(b"#" * (MAX_BYTES + 1)),
        f"the file has {MAX_BYTES + 1} bytes; a roster has at most {MAX_BYTES}",
    ),
)


@pytest.mark.parametrize("case", UNREADABLE, ids=lambda case: case.reason)
def test_a_file_that_cannot_be_read_is_a_fault_of_the_roster(case: Unreadable, tmp_path: Path) -> None:
    path = tmp_path / "roster.yaml"
    case.make(path)
    with pytest.raises(RosterError) as caught:
        load(path)
    separator = ":" if case.fault[0].isdigit() else ": "
    assert str(caught.value) == f"{path}{separator}{case.fault}"


def test_the_largest_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "roster.yaml"
    path.write_bytes(f"users: {{alice: [{TOKEN}]}}\n#".encode().ljust(MAX_BYTES, b"-"))
    assert len(load(path).lines) == 1


YAML_PIECES = (
    *("users:", "roots:", "defaults:", "alice", "alice:", TOKEN, PHONE, "serial_number: ", "renew: "),
    *("allow_empty: true\n", "---\n", "...\n", "%YAML 1.1\n", "<<: ", "&a", "*a", "!!x", "? ", "- ", "  ", "\n"),
    *"{}[],:'\"|>#~ \t\x00\x85\u2028\ufeff\ud800",
)
PIECES = st.lists(st.sampled_from(YAML_PIECES), max_size=30).map("".join)


@settings(max_examples=examples(400))
@given(st.one_of(st.text(alphabet=st.characters()), PIECES))
def test_any_text_is_a_roster_or_a_roster_error(text: str) -> None:
    try:
        roster = parse(text)
    except RosterError as fault:
        assert fault.faults
        assert all(re.match(r"roster\.yaml:[1-9]\d*: ", line) for line in str(fault).split("\n"))
    else:
        assert isinstance(roster, Roster)


@functools.cache
def schema() -> Any:
    """The schema as an installed package hands it to editors."""
    found = json.loads((files("mfa_association") / "roster.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(found)
    return jsonschema.Draft202012Validator(found)


def as_text(node: yaml.Node | None) -> Any:
    """A document as the parser reads it: every scalar is text, only a plain null is nothing."""
    return tree(node, lambda text: text)


def as_editors_do(node: yaml.Node | None) -> Any:
    """A document as editors read it: YAML 1.2's core schema."""
    return tree(node, core)


def core(text: str) -> object:
    if text in ("true", "false"):
        return text == "true"
    if re.fullmatch(r"[-+]?\d+", text):
        return int(text)
    return float(text) if re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?", text, re.IGNORECASE) else text


def tree(node: yaml.Node | None, scalar: Any) -> Any:
    if isinstance(node, yaml.MappingNode):
        return {key.value: tree(value, scalar) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [tree(item, scalar) for item in node.value]
    if not isinstance(node, yaml.ScalarNode) or (not node.style and node.value in ("", "~", "null")):
        return None
    return node.value if node.style else scalar(node.value)


def parser_takes(text: str) -> bool:
    try:
        parse(text)
    except RosterError:
        return False
    return True


def device(**fields: str) -> str:
    return json.dumps({"users": {"alice": [{"serial_number": TOKEN, **fields}]}})


class Document(NamedTuple):
    reason: str
    text: str
    parser: bool
    schema: bool


GOOD = (
    Document("the example", EXAMPLE, True, True),
    Document("a number as serial", "users: {alice: [123456789]}", True, True),
    Document("a fraction as serial", "users: {alice: [1234.56789]}", True, True),
    Document("a user called null", f"users: {{null: [{TOKEN}]}}", True, True),
    Document("a user called 0123", f"users: {{0123: [{TOKEN}]}}", True, True),
    Document("an account without quotes", f"roots: {{222233334444: [{TOKEN}]}}", True, True),
    Document("truth in quotes", "allow_empty: 'true'", True, True),
    Document("truth", "allow_empty: true", True, True),
    Document("a number as renewal", f"users: {{alice: [{{serial_number: {TOKEN}, renew: 2}}]}}", True, True),
    Document("no roots", f"users: {{alice: [{TOKEN}]}}\nroots:", True, True),
    Document("a user of 128", f"users: {{? {'a' * 128} : [{TOKEN}]}}", True, True),
    Document("a serial of 256", f"users: {{alice: [{'G' * 256}]}}", True, True),
    Document("a path", "users: {alice: ['arn:aws-iso-b:iam::111122223333:mfa/a//b/c']}", True, True),
    Document("not empty, though it might be", f"allow_empty: true\nusers: {{alice: [{TOKEN}]}}", True, True),
)
REFUSED_BY_BOTH = (
    Document("a user of 129", f"users: {{? {'a' * 129} : [{TOKEN}]}}", False, False),
    Document("a serial of 8", "users: {alice: [GAHT1234]}", False, False),
    Document("a serial of 257", f"users: {{alice: [{'G' * 257}]}}", False, False),
    Document("a newline in a user", f'users: {{"alice\\n": [{TOKEN}]}}', False, False),
    Document("a newline in an account", f'roots: {{"222233334444\\n": [{TOKEN}]}}', False, False),
    Document("a newline in a serial", f'users: {{alice: ["{TOKEN}\\n"]}}', False, False),
    Document("letters of Unicode", "users: {alice: [GAHTé12345678]}", False, False),
    Document("digits of Unicode", f"roots: {{'٢٢٢٢٢٢٢٢٢٢٢٢': [{TOKEN}]}}", False, False),
    Document("a role", "users: {alice: ['arn:aws:iam::111122223333:role/deploy']}", False, False),
    Document("no name", "users: {alice: ['arn:aws:iam::111122223333:mfa/staff/']}", False, False),
    Document("capitals", "users: {alice: ['ARN:aws:iam::111122223333:mfa/a']}", False, False),
    Document("a resource part", "users: {alice: [mfa/alice-phone]}", False, False),
    Document("a seed source without a name", device(seed_source="env:"), False, False),
    Document("a seed source of nobody", device(seed_source="vault:x"), False, False),
    Document("a renewal of 129", device(renew="x" * 129), False, False),
    Document("an odd guard", device(on_last_device="no"), False, False),
    Document("an odd end", device(on_destroy="delete"), False, False),
    Document("roots without devices", "roots: {'222233334444': }", False, False),
)
ONLY_THE_PARSER_KNOWS = (
    "a device twice",
    "a device twice for one user",
    "a device in another case",
    "a device in quotes",
    "a user in another case",
    "a second account",
    "a second partition",
    "a root in another partition",
    "a root device of another account",
    "a user listed twice",
    "a field twice",
)
NO_TREE = ("a list as name", "an anchor", "an alias", "a tag", "a tag of Python", "a tag on text", "two documents")
SHARED = (
    *GOOD,
    *REFUSED_BY_BOTH,
    *(
        Document(case.reason, case.text, False, case.reason in ONLY_THE_PARSER_KNOWS)
        for case in BAD
        if case.reason not in NO_TREE and not any("nested" in fault or "not " in fault[:8] for fault in case.faults)
    ),
)


def composed(text: str) -> yaml.Node | None:
    try:
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeError):
        return None


@pytest.mark.parametrize("case", SHARED, ids=lambda case: case.reason)
def test_parser_and_schema_judge_alike(case: Document) -> None:
    assert parser_takes(case.text) is case.parser
    assert schema().is_valid(as_text(composed(case.text))) is case.schema


@pytest.mark.parametrize("case", [case for case in SHARED if case.parser], ids=lambda case: case.reason)
def test_an_editor_draws_no_line_under_a_good_roster(case: Document) -> None:
    assert [fault.message for fault in schema().iter_errors(as_editors_do(composed(case.text)))] == []


NAMES = st.sampled_from(["alice", "Alice", "bob", "b ob", "", "x" * 129, "222233334444", "111122223333", "é", "bob\n"])
SERIALS = st.sampled_from(
    (
        *(PHONE, PHONE.upper(), TOKEN, TOKEN.lower(), "GAHT1", "a/b/c/d/e/f", f"{TOKEN}\n"),
        *("arn:aws:iam::222233334444:mfa/r", "arn:aws:iam::111122223333:u2f/user/alice/key"),
        *("arn:aws:iam::111122223333:mfa/a:b/c", "arn:aws-cn:iam::1:mfa/x"),
    )
)
GUARDS = st.sampled_from(["refuse", "warn", "allow", "", "Warn"])
TRUTHS = st.sampled_from(["true", "false", "yes", "True"])
SETTINGS = {"on_last_device": GUARDS, "require_active": TRUTHS, "on_destroy": st.sampled_from(["keep", "delete"])}
OWN = {
    "renew": st.sampled_from(["", "1", "x" * 129]),
    "seed_source": st.sampled_from(["env:A", "env:", "a:b", "ssm:/é"]),
}
DEVICES: st.SearchStrategy[list[Any]] = st.lists(
    st.one_of(
        SERIALS,
        st.fixed_dictionaries({"serial_number": SERIALS}, optional={**SETTINGS, **OWN}),
        st.fixed_dictionaries({}, optional={"serial_number": SERIALS, "code": st.just("271828")}),
        st.just([]),
    ),
    max_size=3,
)
HOLDERS = st.one_of(st.dictionaries(NAMES, st.one_of(DEVICES, st.just(""), SERIALS), max_size=3), st.just([]))
ROSTERS = st.fixed_dictionaries(
    {},
    optional={
        "users": HOLDERS,
        "roots": HOLDERS,
        "allow_empty": TRUTHS,
        "defaults": st.fixed_dictionaries({}, optional={**SETTINGS, "renew": st.just("x")}),
        "other": st.just("x"),
    },
)
PARSER_ONLY = re.compile(r"already listed|in another case|belongs to another account|must be a device of account")


@pytest.mark.long
@settings(max_examples=examples(600), suppress_health_check=[HealthCheck.too_slow])
@given(ROSTERS)
def test_schema_and_parser_differ_only_in_doubles_cases_and_accounts(document: dict[str, Any]) -> None:
    text = json.dumps(document, ensure_ascii=False)
    try:
        parse(text)
    except RosterError as error:
        # What only the parser sees may hide more: of a user listed twice the second entry is not read.
        if not any(PARSER_ONLY.search(fault) for _, fault in error.faults):
            assert not schema().is_valid(document)
    else:
        assert schema().is_valid(document)


def test_the_schema_helps_whoever_writes_a_roster() -> None:
    found = schema().schema
    assert found["$id"] == SCHEMA_URL
    assert found["title"] and found["description"]
    for name, definition in found["properties"].items():
        assert definition["title"] and definition["description"], name
    with_patterns = {name: one for name, one in found["$defs"].items() if "pattern" in one}
    told = {name: one["patternErrorMessage"] for name, one in with_patterns.items()}
    assert told["serial_number"] == "must be the whole ARN of a virtual device or security key, or a hardware serial"
    for name in ("on_last_device", "on_destroy", "require_active", "serial_number", "user_name"):
        assert found["$defs"][name]["title"] and found["$defs"][name]["description"], name


@pytest.mark.parametrize("value", ["FIPS-140-3", "FIPS-140-2", "FIPS-140", "FIDO"])
def test_what_all_devices_must_be_certified_for(value: str) -> None:
    """A rule of the roster, which no resource takes."""
    found = parse(
        f"defaults:\n  require_certification: {value}\n  on_last_device: refuse\nusers:\n  a: [GAHT12345678]\n"
    )
    assert found.required_certification == value
    assert [line.settings for line in found.lines] == [{"on_last_device": "refuse"}]
    assert "require_certification" not in found.lines[0].inputs()
    assert parse("users:\n  a: [GAHT12345678]\n").required_certification is None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "defaults: {require_certification: fido}\nusers:\n  a: [GAHT12345678]\n",
            "1: defaults.require_certification 'fido': must be one of",
        ),
        (
            "users:\n  a: [{serial_number: GAHT12345678, require_certification: FIDO}]\n",
            "2: users.a[0] 'require_certification': unknown field",
        ),
    ],
)
def test_where_it_cannot_be_said(text: str, fault: str) -> None:
    with pytest.raises(RosterError) as refusal:
        parse(text)
    assert fault in str(refusal.value)
