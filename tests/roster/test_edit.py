"""Changing a roster: the line asked for, in the file's own style, and nothing else."""

from __future__ import annotations

import difflib
import json
from typing import Any, NamedTuple

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mfa_association.roster import EditRefused, Entry, RosterError, add, parse, remove
from mfa_association.roster.editing.splice import Edit

PHONE = "arn:aws:iam::111122223333:mfa/alice-phone"
TOKEN = "GAHT12345678"
NEW = "GAKT00000001"
MORE = "GAKT00000002"
ROOT = "222233334444"


class Change(NamedTuple):
    reason: str
    before: str
    entries: list[Entry]
    after: str


def alice(serial: str = NEW, **options: str | bool) -> Entry:
    return Entry(serial, user_name="alice", settings=options)


def user(name: str, serial: str = NEW) -> Entry:
    return Entry(serial, user_name=name)


ADDITIONS = (
    Change(
        "a device at the end of its holder's",
        f"users:\n  alice:\n    - {PHONE}  # the blue one\n\n    # bob's is shared\n  bob: [{TOKEN}]\n",
        [alice()],
        f"users:\n  alice:\n    - {PHONE}  # the blue one\n    - {NEW}\n\n    # bob's is shared\n  bob: [{TOKEN}]\n",
    ),
    Change(
        "with settings, below a device with settings",
        f"users:\n  alice:\n  - serial_number: {PHONE}\n    on_last_device: refuse\n",
        [alice(on_destroy="delete-virtual-device", require_active=True)],
        f"users:\n  alice:\n  - serial_number: {PHONE}\n    on_last_device: refuse\n"
        f"  - serial_number: {NEW}\n    on_destroy: delete-virtual-device\n    require_active: true\n",
    ),
    Change(
        "a holder in another case is the same holder",
        f"users:\n  Alice:\n    - {PHONE}\n",
        [alice()],
        f"users:\n  Alice:\n    - {PHONE}\n    - {NEW}\n",
    ),
    Change(
        "a new holder between others that are sorted, above the next one's comment",
        f"users:\n  alice:\n    - {PHONE}\n  # on call\n  carol:\n    - {TOKEN}\n",
        [user("Bob")],
        f"users:\n  alice:\n    - {PHONE}\n  Bob:\n    - {NEW}\n  # on call\n  carol:\n    - {TOKEN}\n",
    ),
    Change(
        "before all others",
        f"users:  # people\n  bob:\n    - {TOKEN}\n",
        [user("alice")],
        f"users:  # people\n  alice:\n    - {NEW}\n  bob:\n    - {TOKEN}\n",
    ),
    Change(
        "last where names are not sorted",
        f"users:\n  carol:\n    - {PHONE}\n  bob:\n    - {TOKEN}\nroots:\n  '{ROOT}': []\n",
        [user("alice")],
        f"users:\n  carol:\n    - {PHONE}\n  bob:\n    - {TOKEN}\n  alice:\n    - {NEW}\nroots:\n  '{ROOT}': []\n",
    ),
    Change(
        "several at once",
        f"users:\n  bob:\n    - {TOKEN}\n",
        [user("dave", MORE), user("bob", "GAKT00000003"), user("carol"), user("Dave", "GAKT00000004")],
        f"users:\n  bob:\n    - {TOKEN}\n    - GAKT00000003\n  carol:\n    - {NEW}\n"
        f"  dave:\n    - {MORE}\n    - GAKT00000004\n",
    ),
    Change(
        "the indentation of the file",
        f"users:\n    alice:\n    -   {PHONE}\n",
        [user("bob")],
        f"users:\n    alice:\n    -   {PHONE}\n    bob:\n    - {NEW}\n",
    ),
    Change(
        "Windows line breaks, no line break at the end",
        f"users:\r\n  alice:\r\n    - {PHONE}",
        [alice(on_destroy="keep")],
        f"users:\r\n  alice:\r\n    - {PHONE}\r\n    - serial_number: {NEW}\r\n      on_destroy: keep",
    ),
    Change(
        "a byte order mark",
        f"\ufeffusers:\n  alice:\n    - {PHONE}\n",
        [alice()],
        f"\ufeffusers:\n  alice:\n    - {PHONE}\n    - {NEW}\n",
    ),
    Change(
        "the first device of a listed holder",
        f"users:\n  alice:  # soon\n  bob:\n    - {TOKEN}\n",
        [alice()],
        f"users:\n  alice:  # soon\n    - {NEW}\n  bob:\n    - {TOKEN}\n",
    ),
    Change(
        "the first device of a holder with an empty list",
        f"users:\n  alice: []  # soon\n  bob: ~\n  carol:\n    - {TOKEN}\n",
        [alice(), user("bob", MORE)],
        f"users:\n  alice:  # soon\n    - {NEW}\n  bob:\n    - {MORE}\n  carol:\n    - {TOKEN}\n",
    ),
    Change(
        "the first roster", "", [user("bob"), alice(MORE)], f"users:\n  alice:\n    - {MORE}\n  bob:\n    - {NEW}\n"
    ),
    Change("below a comment alone", "# who", [alice()], f"# who\nusers:\n  alice:\n    - {NEW}\n"),
    Change(
        "the first user",
        "allow_empty: true\nusers: {}\n",
        [alice()],
        f"allow_empty: true\nusers:\n  alice:\n    - {NEW}\n",
    ),
    Change(
        "the first root",
        f"users:\n  alice:\n    - {PHONE}\n# the end\n",
        [Entry(NEW, root_account_id=ROOT), alice(MORE)],
        f'users:\n  alice:\n    - {PHONE}\n    - {MORE}\nroots:\n  "{ROOT}":\n    - {NEW}\n# the end\n',
    ),
    Change(
        "between brackets on one line",
        f"users: {{alice: [{TOKEN}], carol: [ ]}}\n",
        [alice(PHONE), user("bob"), user("carol", MORE)],
        f'users: {{alice: [{TOKEN}, "{PHONE}"], bob: [{NEW}], carol: [{MORE} ]}}\n',
    ),
    Change(
        "between brackets in a block",
        f"users:\n  alice: [{TOKEN},]  # all\n",
        [alice(on_destroy="keep"), user("bob", MORE)],
        f"users:\n  alice: [{TOKEN}, {{serial_number: {NEW}, on_destroy: keep}},]  # all\n  bob:\n    - {MORE}\n",
    ),
    Change(
        "JSON",
        json.dumps({"users": {"alice": [TOKEN]}, "roots": None}, indent=2),
        [alice(MORE, require_active=True), user("bob"), Entry("GAKT00000003", root_account_id=ROOT)],
        """\
{
  "users": {
    "alice": [
      "GAHT12345678",
      {"serial_number": "GAKT00000002", "require_active": true}
    ],
    "bob": ["GAKT00000001"]
  },
  "roots":  {"222233334444": ["GAKT00000003"]}
}""",
    ),
    Change(
        "brackets over lines with comments",
        f"users:\n  alice: [\n    {TOKEN},  # old\n    {MORE}  # new\n  ]\n",
        [alice()],
        f"users:\n  alice: [\n    {TOKEN},  # old\n    {MORE},  # new\n    {NEW}\n  ]\n",
    ),
    Change(
        "beside quotes",
        f"users:\n  alice:\n    - '{TOKEN}'\n",
        [alice()],
        f"users:\n  alice:\n    - '{TOKEN}'\n    - \"{NEW}\"\n",
    ),
    Change(
        "the last entry is folded over lines",
        f"users:\n  alice:\n    - >-\n      {TOKEN}\n\n  bob: []\n",
        [alice()],
        f"users:\n  alice:\n    - >-\n      {TOKEN}\n    - {NEW}\n\n  bob: []\n",
    ),
    Change(
        "question marks",
        f"users:\n  ? bob\n  : - {TOKEN}\n",
        [user("bob"), alice(MORE)],
        f"users:\n  alice:\n    - {MORE}\n  ? bob\n  : - {TOKEN}\n    - {NEW}\n",
    ),
)


@pytest.mark.parametrize("case", ADDITIONS, ids=lambda case: case.reason)
def test_an_added_line_is_all_that_changes(case: Change) -> None:
    assert add(case.before, case.entries) == case.after


@pytest.mark.parametrize(
    ("name", "written"),
    [
        *((name, f'"{name}"') for name in ("0123", "no", "Yes", "y", "null", "1e3", "=", "-", "+x", "@x", ".x", "a,b")),
        *((name, name) for name in ("alice", "a.b-c_d=e+f@g", "Nobody", "x")),
    ],
)
def test_a_name_is_quoted_where_some_reader_would_not_take_it_for_text(name: str, written: str) -> None:
    assert add("", [Entry(NEW, user_name=name)]) == f"users:\n  {written}:\n    - {NEW}\n"
    assert yaml.safe_load(add("", [Entry(NEW, user_name=name)])) == {"users": {name: [NEW]}}


def test_a_serial_number_of_digits_is_quoted() -> None:
    assert yaml.safe_load(add("", [alice("123456789")])) == {"users": {"alice": ["123456789"]}}


class Removal(NamedTuple):
    reason: str
    before: str
    after: str


REMOVALS = (
    Removal(
        "its line",
        f"users:\n  # alice's\n  alice:\n    - {NEW}\n    - {TOKEN}  # lost\n    # the spare\n    - {MORE}\n",
        f"users:\n  # alice's\n  alice:\n    - {NEW}\n    # the spare\n    - {MORE}\n",
    ),
    Removal(
        "its lines",
        f"users:\n  alice:\n    - on_destroy: keep\n      # why\n      serial_number: {TOKEN.lower()}\n    - {NEW}",
        f"users:\n  alice:\n    - {NEW}",
    ),
    Removal(
        "the last one of a holder, who stays with the comments",
        f"users:\n  # a contractor\n  alice:  # until June\n    - {TOKEN}\n  bob:\n    - {NEW}\n",
        f"users:\n  # a contractor\n  alice:  # until June\n  bob:\n    - {NEW}\n",
    ),
    Removal(
        "the last one of the roster, which then says that it is empty",
        f"# who\nusers:\n  alice:\n    - {TOKEN}\n",
        "# who\nallow_empty: true\nusers:\n  alice:\n",
    ),
    Removal(
        "the last one of a roster that says no",
        f"allow_empty: false  # never\nusers:\n  alice: [{TOKEN}]",
        "allow_empty: true  # never\nusers:\n  alice: []",
    ),
    Removal(
        "the last one between braces", f"{{users: {{alice: [{TOKEN}]}}}}", "{allow_empty: true, users: {alice: []}}"
    ),
    Removal("Windows line breaks", f"users:\r\n  a:\r\n  - {TOKEN}\r\n  - {NEW}", f"users:\r\n  a:\r\n  - {NEW}"),
    Removal("the first between brackets", f"users: {{a: [{TOKEN}, {NEW}]}}", f"users: {{a: [{NEW}]}}"),
    Removal("the last between brackets", f"users: {{a: [{NEW}, {TOKEN} ]}}", f"users: {{a: [{NEW} ]}}"),
    Removal("with a comma behind it", f"users: {{a: [{TOKEN},], b: [{NEW}]}}", f"users: {{a: [], b: [{NEW}]}}"),
    Removal(
        "the last line of JSON, with the comma before it",
        f'{{"users": {{"a": [\n  "{NEW}",\n  {{"serial_number": "{TOKEN}"}}\n]}}}}',
        f'{{"users": {{"a": [\n  "{NEW}"\n]}}}}',
    ),
    Removal(
        "a line of JSON",
        f'{{"users": {{"a": [\n  "{TOKEN}",\n  "{NEW}"\n]}}}}',
        f'{{"users": {{"a": [\n  "{NEW}"\n]}}}}',
    ),
    Removal(
        "behind a question mark",
        f"users:\n  ? a\n  : - {TOKEN}\n    - {NEW}\n",
        f"users:\n  ? a\n  : \n    - {NEW}\n",
    ),
    Removal(
        "between brackets and comments",
        f"users: {{a: [{TOKEN}, # old\n  # new\n  {NEW}]}}",
        f"users: {{a: [ # old\n  # new\n  {NEW}]}}",
    ),
    Removal(
        "the last one behind a comment",
        f"users: {{a: [{NEW}, # old\n  {TOKEN}]}}",
        f"users: {{a: [{NEW}, # old\n  ]}}",
    ),
    Removal(
        "the only one behind a question mark",
        f"users:\n  ? a\n  : - {TOKEN}\n  ? b\n  : - {NEW}\n",
        f"users:\n  ? a\n  : \n  ? b\n  : - {NEW}\n",
    ),
    Removal(
        "of a root user",
        f"users: {{a: [{NEW}]}}\nroots:\n  '{ROOT}':\n  - {TOKEN}\n",
        f"users: {{a: [{NEW}]}}\nroots:\n  '{ROOT}':\n",
    ),
    Removal("not listed", f"users:\n  a: [{NEW}]\n", f"users:\n  a: [{NEW}]\n"),
)


@pytest.mark.parametrize("case", REMOVALS, ids=lambda case: case.reason)
def test_a_removed_line_is_all_that_changes(case: Removal) -> None:
    assert remove(case.before, TOKEN) == case.after


class Refused(NamedTuple):
    reason: str
    text: str
    entry: Entry
    fault: str


REFUSED = (
    Refused("faults before", "users: [", alice(), "2: not valid YAML: did not find expected node content"),
    Refused("the device is listed", f"users: {{bob: [{NEW}]}}", alice(), "already listed on line 1"),
    Refused("another account", f"users: {{bob: ['{PHONE}']}}", alice(PHONE.replace("1111", "9999")), "another account"),
    Refused("no serial number", f"users: {{bob: [{TOKEN}]}}", alice("x"), "must be 9 to 256 characters long"),
    Refused("no setting", f"users: {{bob: [{TOKEN}]}}", alice(code="x"), "unknown field"),
)


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.reason)
def test_what_would_be_a_fault_is_told_as_one(case: Refused) -> None:
    with pytest.raises(RosterError) as caught:
        add(case.text, [case.entry])
    assert case.fault in str(caught.value)


def test_a_form_that_cannot_be_changed_in_place_is_refused() -> None:
    text = f"users: {{bob: [{TOKEN}], alice}}"
    assert parse(text)
    with pytest.raises(EditRefused) as caught:
        add(text, [alice()], "who.yaml")
    assert str(caught.value) == (
        "changing the roster (who.yaml): it is written in a form that is not changed in place; nothing was written, "
        "change it by hand"
    )


def test_a_change_that_would_say_something_else_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"users:\n  alice:\n    - {TOKEN}\n    - {NEW}\n"
    monkeypatch.setattr("mfa_association.roster.editing.edit.cut_item", lambda places, items, index: [Edit(0, 0)])
    with pytest.raises(EditRefused):
        remove(text, TOKEN)


# --- Any roster, in any style -----------------------------------------------------------------------------------------

NAMES = ("alice", "Bob", "carol", "dave", "0123", "no", "x+y=z,a@b.c-d_e")
SERIALS = tuple(f"GAHT{number:08}" for number in range(5)) + tuple(
    f"arn:aws:iam::111122223333:mfa/path/{name}" for name in ("a", "b", "c@d,e")
)
GAPS = ("", "", "", "\n", "# a comment: [with] {{signs}} - x\n", "    # deeper\n", "  \n")


class Written(NamedTuple):
    text: str
    listed: dict[str, str]


@st.composite
def rosters(draw: st.DrawFn) -> Written:
    """A roster in a random style: block, brackets, JSON; quotes, comments, blanks, line breaks."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True))
    pool = list(draw(st.permutations(SERIALS)))
    held = {name: [pool.pop() for _ in range(draw(st.integers(0, 2)))] for name in names}
    if not any(held.values()):
        held[names[0]] = [pool.pop()]
    listed = {serial: name for name, serials in held.items() for serial in serials}
    style = draw(st.sampled_from(("block", "block", "block", "json", "braces")))
    if style == "json":
        text = json.dumps({"users": held}, indent=draw(st.sampled_from((None, 2, 4))))
    elif style == "braces":
        text = "users: " + json.dumps(held)
    else:
        text = block(draw, held)
    text = text.replace("\n", draw(st.sampled_from(("\n", "\r\n"))))
    return Written(draw(st.sampled_from(("", "\ufeff"))) + text, listed)


def block(draw: st.DrawFn, held: dict[str, list[str]]) -> str:
    step, dash = draw(st.integers(1, 4)), draw(st.integers(0, 4))
    text = (
        draw(st.sampled_from(("", "---\n", "# who\n\n", "defaults: {on_last_device: warn}\n"))) + "users:  # people\n"
    )
    for name, serials in held.items():
        text += draw(st.sampled_from(GAPS)) + f"{' ' * step}{quoted(draw, name)}:"
        text += devices(draw, serials, step + dash)
    text += draw(st.sampled_from(("", "# end\n", "\n\n", "roots: {}\n")))
    return text.rstrip("\n") if draw(st.booleans()) else text


def devices(draw: st.DrawFn, serials: list[str], column: int) -> str:
    form = draw(st.sampled_from(("lines", "lines", "brackets")))
    if not serials or form == "brackets":
        inner = ", ".join(json.dumps(serial) for serial in serials)
        return draw(
            st.sampled_from((f" [{inner}]\n", f" [{inner}]  # c\n", "\n" if not serials else f" [ {inner} ]\n"))
        )
    text = draw(st.sampled_from(("\n", "  # c\n")))
    for serial in serials:
        text += draw(st.sampled_from(GAPS)) + f"{' ' * column}- "
        text += draw(st.sampled_from(("", f"on_destroy: keep\n{' ' * column}  serial_number: ", "serial_number:   ")))
        text += quoted(draw, serial) + draw(st.sampled_from(("\n", " # c\n")))
    return text


def quoted(draw: st.DrawFn, text: str) -> str:
    return draw(st.sampled_from((text, f"'{text}'", json.dumps(text))))


def changed(before: str, after: str) -> tuple[list[str], list[str]]:
    """Lines that went and lines that came, their breaks included."""
    lines = list(difflib.ndiff(before.splitlines(keepends=True), after.splitlines(keepends=True)))
    return [line[2:] for line in lines if line[0] == "-"], [line[2:] for line in lines if line[0] == "+"]


def told(text: str) -> dict[str, Any]:
    """What a roster says of each device."""
    names = ("user_name", "on_destroy", "on_last_device")
    return {line.serial.text: tuple(line.inputs()[name] for name in names) for line in parse(text).lines}


def in_brackets(line: str) -> bool:
    return "[" in line.partition("#")[0] or "{" in line


ANY = settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])


@ANY
@given(rosters(), st.sampled_from((*NAMES, "Alice", "zoe", "aaron")), st.booleans())
def test_parse_sees_one_line_more_and_the_others_are_as_they_were(written: Written, name: str, setting: bool) -> None:
    after = add(written.text, [Entry(NEW, user_name=name, settings={"on_destroy": "keep"} if setting else {})])
    now = told(after)
    holder, on_destroy, _ = now.pop(NEW)
    assert (holder.lower(), on_destroy) == (name.lower(), "keep" if setting else None)
    assert now == told(written.text)
    if is_json(written.text):
        json.loads(after.lstrip("\ufeff"))
    else:
        went, came = changed(written.text, after)
        assert all(in_brackets(line) or not line.endswith("\n") for line in went)
        assert all(any(line.rstrip("\r\n") in new for new in came) for line in went if not in_brackets(line))
        assert len(came) - len(went) <= 3


@ANY
@given(rosters(), st.data())
def test_parse_misses_one_line_and_the_others_are_as_they_were(written: Written, data: st.DataObject) -> None:
    serial = data.draw(st.sampled_from(sorted(written.listed)))
    after = remove(written.text, serial)
    now, before = told(after), told(written.text)
    before.pop(serial)
    assert now == before
    if is_json(written.text):
        json.loads(after.lstrip("\ufeff"))
    else:
        went, came = changed(written.text.lstrip("\ufeff"), after.lstrip("\ufeff"))
        assert all(in_brackets(line) or line.strip() == "allow_empty: true" for line in came)
        assert all(in_brackets(line) or serial in line or "on_destroy" in line for line in went)


@ANY
@given(rosters(), st.sampled_from(NAMES))
def test_added_to_a_list_of_lines_and_removed_again_is_as_before(written: Written, name: str) -> None:
    devices = [serial for serial, holder in written.listed.items() if holder == name]
    if devices and "[" not in written.text:
        ending = "" if written.text.endswith("\n") else "\r\n" if "\r\n" in written.text else "\n"
        assert remove(add(written.text, [Entry(NEW, user_name=name)]), NEW) in (written.text, written.text + ending)


def is_json(text: str) -> bool:
    return text.lstrip("\ufeff").startswith("{")
