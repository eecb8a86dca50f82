"""What may be declared, held against a second source: the patterns and lengths of botocore's service model."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any, NamedTuple

import botocore.session
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa_association.text import show
from mfa_association.validation import (
    FIDO,
    HARDWARE,
    UNKNOWN_KIND,
    VIRTUAL,
    DeviceKind,
    InvalidValue,
    SerialNumber,
    check_account_id,
    check_codes,
    check_renew,
    check_role_arn,
    check_user_name,
    listed_serial_number,
    parse_serial_number,
    parse_tags,
    same,
)

ACCOUNT = "111122223333"
HOLDS_USER = "must hold only ASCII letters, digits and _+=,.@- (an IAM user name, not an ARN)"
HOLDS_SERIAL = "must hold only ASCII letters, digits and _+=/:,.@-"
DEVICE = "must be an MFA device: arn:aws:iam::ACCOUNT:mfa/NAME or arn:aws:iam::ACCOUNT:u2f/user/NAME/KEY"
WHOLE = "must be the whole ARN of a virtual device or security key, or a hardware serial"
ROLE = "must be the ARN of a role: arn:aws:iam::ACCOUNT:role/NAME"
Check = Callable[..., Any]


class Refusal(NamedTuple):
    reason: str
    check: Check
    value: object
    rule: str


def ids(case: Any) -> str:
    return str(case.reason)


@pytest.mark.parametrize("name", ["a", "a" * 128, "alice", "0123", "no", "Alice+b=c,d.e@f-g_h", "-", "@", "null"])
def test_user_names_that_iam_takes(name: str) -> None:
    assert check_user_name(name) == name


@pytest.mark.parametrize("arn", [f"arn:aws:iam::{ACCOUNT}:role/deploy", f"arn:aws-cn:iam::{ACCOUNT}:role/a/b/c"])
def test_role_arns_of_any_partition_and_path(arn: str) -> None:
    assert check_role_arn(arn) == arn


REFUSED = (
    Refusal("a user: empty", check_user_name, "", "must be 1 to 128 characters long, not 0"),
    Refusal("a user: one too long", check_user_name, "a" * 129, "must be 1 to 128 characters long, not 129"),
    Refusal("a user: a space", check_user_name, "alice smith", HOLDS_USER),
    Refusal("a user: an ARN", check_user_name, f"arn:aws:iam::{ACCOUNT}:user/alice", HOLDS_USER),
    Refusal("a user: a path", check_user_name, "staff/alice", HOLDS_USER),
    Refusal("a user: a letter of Unicode", check_user_name, "alicé", HOLDS_USER),
    Refusal("a user: a digit of Unicode", check_user_name, "alice٣", HOLDS_USER),
    Refusal("a user: a newline at its end", check_user_name, "alice\n", HOLDS_USER),
    Refusal("a user: an ANSI escape", check_user_name, "\x1b[31malice", HOLDS_USER),
    Refusal("a user: NUL", check_user_name, "alice\0", HOLDS_USER),
    Refusal("a user: a number", check_user_name, 123, "must be text"),
    Refusal("a user: bytes", check_user_name, b"alice", "must be text"),
    Refusal("a user: a truth value", check_user_name, True, "must be text"),
    Refusal("an account: 11 digits", check_account_id, "1" * 11, "must be 12 characters long, not 11"),
    Refusal("an account: 13 digits", check_account_id, "1" * 13, "must be 12 characters long, not 13"),
    Refusal("an account: digits of Unicode", check_account_id, "٣" * 12, "must be 12 digits"),
    Refusal("an account: a newline at its end", check_account_id, "11112222333\n", "must be 12 digits"),
    Refusal("an account: a number", check_account_id, 111122223333, "must be text"),
    Refusal("a role: a user", check_role_arn, f"arn:aws:iam::{ACCOUNT}:user/alice", ROLE),
    Refusal("a role: of STS", check_role_arn, f"arn:aws:sts::{ACCOUNT}:assumed-role/a/b", ROLE),
    Refusal("a role: no account", check_role_arn, "arn:aws:iam:::role/deploy", ROLE),
    Refusal("a role: no name", check_role_arn, f"arn:aws:iam::{ACCOUNT}:role/", ROLE),
    Refusal("a role: a name alone", check_role_arn, "deploy", "must be 20 to 2048 characters long, not 6"),
    Refusal("a role: a newline at its end", check_role_arn, f"arn:aws:iam::{ACCOUNT}:role/deploy\n", ROLE),
    Refusal("a role: a space in it", check_role_arn, f"arn:aws:iam::{ACCOUNT}:role/de ploy", ROLE),
    Refusal(
        "a role: one too long",
        check_role_arn,
        f"arn:aws:iam::{ACCOUNT}:role/".ljust(2049, "x"),
        "must be 20 to 2048 characters long, not 2049",
    ),
    Refusal("a renewal: empty", check_renew, "", "must be 1 to 128 characters long, not 0"),
    Refusal("a renewal: one too long", check_renew, "x" * 129, "must be 1 to 128 characters long, not 129"),
    Refusal("a serial: 8 characters", parse_serial_number, "GAHT1234", "must be 9 to 256 characters long, not 8"),
    Refusal("a serial: 257", parse_serial_number, "G" * 257, "must be 9 to 256 characters long, not 257"),
    Refusal("a serial: a number", parse_serial_number, 123456789, "must be text"),
    Refusal("a serial: a space", parse_serial_number, "GAHT 12345678", HOLDS_SERIAL),
    Refusal("a serial: a letter of Unicode", parse_serial_number, "GAHTé12345678", HOLDS_SERIAL),
    Refusal("a serial: a digit of Unicode", parse_serial_number, "GAHT1234567٣", HOLDS_SERIAL),
    Refusal("a serial: a newline at its end", parse_serial_number, "GAHT12345678\n", HOLDS_SERIAL),
    Refusal("a serial: an ANSI escape", parse_serial_number, "\x1b[31mGAHT12345678", HOLDS_SERIAL),
    Refusal("a serial: its resource part alone", parse_serial_number, "mfa/alice-phone", WHOLE),
    Refusal("a serial: a colon without arn", parse_serial_number, "iam::1:mfa/x", WHOLE),
    Refusal("a serial: a role", parse_serial_number, f"arn:aws:iam::{ACCOUNT}:role/deploy", DEVICE),
    Refusal("a serial: a user", parse_serial_number, f"arn:aws:iam::{ACCOUNT}:user/alice", DEVICE),
    Refusal("a serial: no account", parse_serial_number, "arn:aws:iam:::mfa/alice-phone", DEVICE),
    Refusal("a serial: a region", parse_serial_number, f"arn:aws:iam:eu-west-1:{ACCOUNT}:mfa/a", DEVICE),
    Refusal("a serial: another service", parse_serial_number, f"arn:aws:sts::{ACCOUNT}:mfa/a", DEVICE),
    Refusal("a serial: no name", parse_serial_number, f"arn:aws:iam::{ACCOUNT}:mfa/", DEVICE),
    Refusal("a serial: a path without a name", parse_serial_number, f"arn:aws:iam::{ACCOUNT}:mfa/staff/", DEVICE),
    Refusal("a serial: SMS has ended", parse_serial_number, f"arn:aws:iam::{ACCOUNT}:sms-mfa/alice", DEVICE),
    Refusal("a serial: ARN in capitals", parse_serial_number, f"ARN:AWS:IAM::{ACCOUNT}:MFA/A", DEVICE),
    Refusal("a serial: no such cloud", parse_serial_number, f"arn:acme:iam::{ACCOUNT}:mfa/a", DEVICE),
)


@pytest.mark.parametrize("case", REFUSED, ids=ids)
def test_what_is_refused_names_field_value_and_rule(case: Refusal) -> None:
    with pytest.raises(InvalidValue) as caught:
        case.check(case.value, "here")
    assert str(caught.value) == f"here {show(case.value)}: {case.rule}"
    assert str(caught.value).isascii() or "…" in str(caught.value)
    assert str(caught.value).replace("…", "").isprintable()


@pytest.mark.parametrize("check", [check_user_name, check_account_id, check_role_arn, check_renew, parse_serial_number])
def test_a_value_that_is_not_there_is_missing(check: Check) -> None:
    with pytest.raises(InvalidValue, match=r"^here: is missing$"):
        check(None, "here")


class Serial(NamedTuple):
    reason: str
    text: str
    kind: str
    name: str
    account: str | None
    partition: str | None


SERIALS = (
    Serial("virtual", f"arn:aws:iam::{ACCOUNT}:mfa/alice", "virtual", "mfa/alice", ACCOUNT, "aws"),
    Serial("a path", f"arn:aws:iam::{ACCOUNT}:mfa/a/b/c", "virtual", "mfa/a/b/c", ACCOUNT, "aws"),
    Serial("an empty step", f"arn:aws:iam::{ACCOUNT}:mfa/a//b/c", "virtual", "mfa/a//b/c", ACCOUNT, "aws"),
    Serial("China", f"arn:aws-cn:iam::{ACCOUNT}:mfa/a", "virtual", "mfa/a", ACCOUNT, "aws-cn"),
    Serial("GovCloud", f"arn:aws-us-gov:iam::{ACCOUNT}:mfa/a", "virtual", "mfa/a", ACCOUNT, "aws-us-gov"),
    Serial("isolated", f"arn:aws-iso-b:iam::{ACCOUNT}:mfa/a", "virtual", "mfa/a", ACCOUNT, "aws-iso-b"),
    Serial("Europe", f"arn:aws-eusc:iam::{ACCOUNT}:mfa/a", "virtual", "mfa/a", ACCOUNT, "aws-eusc"),
    Serial("FIDO", f"arn:aws:iam::{ACCOUNT}:u2f/user/al/k-A1", "fido", "u2f/user/al/k-A1", ACCOUNT, "aws"),
    Serial("root's FIDO", f"arn:aws:iam::{ACCOUNT}:u2f/root/k-A1", "fido", "u2f/root/k-A1", ACCOUNT, "aws"),
    Serial("hardware", "GAHT12345678", "hardware", "GAHT12345678", None, None),
    Serial("the shortest", "G" * 9, "hardware", "G" * 9, None, None),
    Serial("the longest", "G" * 256, "hardware", "G" * 256, None, None),
    Serial("begins like an ARN", "arnold-12345", "hardware", "arnold-12345", None, None),
    Serial("digits only", "012345678", "hardware", "012345678", None, None),
)


@pytest.mark.parametrize("case", SERIALS, ids=ids)
def test_a_serial_number_tells_kind_name_account_and_partition(case: Serial) -> None:
    found = parse_serial_number(case.text)
    kinds: dict[str, DeviceKind] = {kind.name: kind for kind in KINDS}
    assert found == SerialNumber(case.text, kinds[case.kind], case.name, case.account, case.partition)
    assert str(found) == case.text


def test_the_longest_arn_is_taken_and_one_more_is_not() -> None:
    longest = f"arn:aws:iam::{ACCOUNT}:mfa/".ljust(256, "x")
    assert parse_serial_number(longest).text == longest
    with pytest.raises(InvalidValue, match="not 257"):
        parse_serial_number(f"{longest}x")


KINDS = (VIRTUAL, HARDWARE, FIDO, UNKNOWN_KIND)


class Capability(NamedTuple):
    reason: str
    of: str
    kinds: set[str]


CAPABILITIES = (
    Capability("ListVirtualMFADevices lists virtual devices, held or not, and nothing else", "holder_is_listed", {"virtual"}),
    Capability("EnableMFADevice wants two codes, which a security key or passkey does not show", "console_only", {"fido"}),
    Capability("DeleteVirtualMFADevice is the only call that deletes a device", "has_entity", {"virtual"}),
    Capability("arn:…:u2f/user/NAME/KEY", "arn_names_user", {"fido"}),
    Capability("what has no such form, such as sms-mfa", "is_declarable", {"virtual", "hardware", "fido"}),
    Capability("arn:…:mfa/NAME and arn:…:u2f/…; a token has no ARN", "arn_type", {"virtual", "fido"}),
)  # fmt: skip


@pytest.mark.parametrize("case", CAPABILITIES, ids=lambda case: case.of)
def test_what_can_be_done_with_each_kind(case: Capability) -> None:
    assert {kind.name for kind in KINDS if getattr(kind, case.of)} == case.kinds, case.reason


@pytest.mark.parametrize(
    "name, user",
    [("u2f/user/al/k-A1", "al"), ("u2f/root/k-A1", None), ("mfa/user/al/k-A1", None)],
)
def test_whose_registration_an_arn_names(name: str, user: str | None) -> None:
    assert parse_serial_number(f"arn:aws:iam::{ACCOUNT}:{name}").registered_by == user


@pytest.mark.parametrize(
    "text, kind", [("sms-mfa", UNKNOWN_KIND), ("GAHT12345678", HARDWARE), ("arn:aws:x", UNKNOWN_KIND)]
)
def test_what_iam_lists_is_taken_whatever_its_form(text: str, kind: DeviceKind) -> None:
    assert (listed_serial_number(text).kind, listed_serial_number(text).text) == (kind, text)


class Codes(NamedTuple):
    reason: str
    first: object
    second: object
    fault: str


CODES = (
    Codes("only the first", "918273", None, "authentication_code_2: is missing: give two consecutive codes, or none"),
    Codes("only the second", None, "918273", "authentication_code_1: is missing: give two consecutive codes, or none"),
    Codes("five digits", "91827", "918273", "authentication_code_1: must be six digits, as text"),
    Codes("seven digits", "918273", "9182734", "authentication_code_2: must be six digits, as text"),
    Codes("a number", 918273, "918274", "authentication_code_1: must be six digits, as text"),
    Codes("letters", "918273", "91827a", "authentication_code_2: must be six digits, as text"),
    Codes("digits of Unicode", "٣٣٣٣٣٣", "918273", "authentication_code_1: must be six digits, as text"),
    Codes("a newline at its end", "918273\n", "918274", "authentication_code_1: must be six digits, as text"),
    Codes("empty", "", "918274", "authentication_code_1: must be six digits, as text"),
    Codes(
        "the same twice",
        "918273",
        "918273",
        "authentication_code_2: must differ from authentication_code_1: give two consecutive codes",
    ),
)


@pytest.mark.parametrize("case", CODES, ids=ids)
def test_a_fault_of_a_code_never_shows_it(case: Codes) -> None:
    with pytest.raises(InvalidValue) as caught:
        check_codes(case.first, case.second)
    told = str(caught.value)
    assert told == case.fault
    for code in (case.first, case.second):
        assert not code or str(code).strip() not in f"{told} {caught.value!r} {vars(caught.value)}"


def test_two_codes_or_none() -> None:
    assert check_codes("012345", "678901") == ("012345", "678901")
    assert check_codes(None, None) is None


@pytest.mark.parametrize(
    "left, right, equal",
    [
        ("alice", "ALICE", True),
        ("alice", "alice", True),
        ("alice", "alicia", False),
        (f"arn:aws:iam::{ACCOUNT}:mfa/Phone", f"arn:aws:iam::{ACCOUNT}:mfa/phone", True),
    ],
)
def test_names_are_equal_without_regard_to_case(left: str, right: str, equal: bool) -> None:
    assert same(left, right) is equal


def test_a_serial_number_is_compared_without_regard_to_case_but_kept_as_it_is() -> None:
    left, right = parse_serial_number("GAHT12345678"), parse_serial_number("gaht12345678")
    assert left.key == right.key
    assert (left.text, right.text) == ("GAHT12345678", "gaht12345678")


@given(st.text(alphabet=st.characters(), max_size=300))
def test_a_shown_value_is_short_and_on_one_line(value: str) -> None:
    shown = show(value)
    assert len(shown) <= 81
    assert shown.removesuffix("…").isascii()
    assert shown.isprintable()


@functools.cache
def shape(name: str) -> tuple[re.Pattern[str], int, int]:
    """A shape of IAM as AWS publishes it: its pattern, anchored and in ASCII, and its lengths."""
    found = botocore.session.get_session().get_service_model("iam").shape_for(name).metadata
    return re.compile(found["pattern"], re.ASCII), found["min"], found["max"]


def iam_takes(name: str, value: str) -> bool:
    pattern, least, most = shape(name)
    return bool(pattern.fullmatch(value)) and least <= len(value) <= most


def accepts(check: Check, *values: object) -> bool:
    try:
        check(*values)
    except InvalidValue:
        return False
    return True


# Mostly what is allowed, with enough beside it: a purely random text would hardly ever be accepted.
NEARLY = st.text(alphabet=st.sampled_from("aZ09_+=,.@-/: \n\x1bé٣"), max_size=300)
ARNS = st.builds("arn:aws{}:iam::{}:{}/{}".format, NEARLY, NEARLY, st.sampled_from(["mfa", "u2f", "user"]), NEARLY)


@given(st.one_of(NEARLY, st.from_regex(r"[\w+=,.@-]{1,130}", fullmatch=True)))
def test_iam_takes_every_user_name_that_we_take_and_no_other(value: str) -> None:
    assert accepts(check_user_name, value) == iam_takes("existingUserNameType", value)


@given(st.one_of(NEARLY, ARNS, st.from_regex(rf"arn:aws:iam::{ACCOUNT}:mfa/.{{1,240}}", fullmatch=True)))
def test_iam_takes_every_serial_number_that_we_take(value: str) -> None:
    assert not accepts(parse_serial_number, value) or iam_takes("serialNumberType", value)


@given(st.one_of(st.from_regex(r"[A-Za-z0-9_+=,.@-]{8,257}", fullmatch=True), NEARLY))
def test_we_take_every_plain_serial_number_that_iam_takes(value: str) -> None:
    plain = not set("/:") & set(value)
    assert not plain or accepts(parse_serial_number, value) == iam_takes("serialNumberType", value)


@given(st.one_of(st.from_regex(r"\d{5,7}", fullmatch=True), NEARLY))
def test_iam_takes_every_code_that_we_take_and_no_other(value: str) -> None:
    other = "000000" if value != "000000" else "000001"
    assert accepts(check_codes, value, other) == iam_takes("authenticationCodeType", value)


def test_the_loosest_reading_of_the_published_patterns_is_not_ours() -> None:
    """The canary of the second source: unanchored, or with Unicode, the published pattern takes what IAM does not."""
    pattern = botocore.session.get_session().get_service_model("iam").shape_for("serialNumberType").metadata["pattern"]
    assert re.search(pattern, "GAHT 12345678\n")
    assert re.fullmatch(pattern, "GAHTé12345678")
    assert not accepts(parse_serial_number, "GAHTé12345678")


@pytest.mark.parametrize(
    ("given", "tags", "reason"),
    [
        (["team=x"], {"team": "x"}, "one"),
        (["a=1", "b="], {"a": "1", "b": ""}, "an empty value"),
        (["url=https://x/?=1".replace("?", "q")], {"url": "https://x/q=1"}, "the first = ends the key"),
        (["Größe=L 1"], {"Größe": "L 1"}, "letters of any language"),
        ([], {}, "none"),
    ],
)
def test_tags(given: list[str], tags: dict[str, str], reason: str) -> None:
    assert parse_tags(given, "--tag") == tags, reason


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        (["team"], "must be KEY=VALUE"),
        (["=x"], "must be KEY=VALUE"),
        (["a" * 129 + "=x"], "must be KEY=VALUE"),
        (["a=" + "x" * 257], "must be KEY=VALUE"),
        (["a=<b>"], "must be KEY=VALUE"),
        (["AWS:x=1"], "must not begin with aws:"),
        (["a=1", "A=2"], "the key is given twice"),
        ([f"k{number}=" for number in range(51)], "IAM allows 50 tags, not 51"),
    ],
)
def test_what_is_no_tag(given: list[str], rule: str) -> None:
    with pytest.raises(InvalidValue, match=rule):
        parse_tags(given, "--tag")
