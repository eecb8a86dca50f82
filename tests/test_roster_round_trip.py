"""A roster that is written, in any style of YAML, and read again says the same."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mfa_association.roster import Line, parse
from tests.support.examples import examples

NAME = st.from_regex(re.compile(r"[\w+=,.@-]{1,24}", re.ASCII), fullmatch=True)
ODD_NAMES = st.sampled_from(["no", "null", "0123", "1e3", "2026-01-01", ".inf", "=", "-", "True", "0x1f", "1_000"])
SERIALS = st.one_of(
    st.from_regex(re.compile(r"[A-Z0-9][\w+=,.@-]{8,20}", re.ASCII), fullmatch=True),
    NAME.map("arn:aws:iam::111122223333:mfa/{}".format),
    NAME.map("arn:aws:iam::111122223333:u2f/user/alice/{}".format),
)
OWN = {
    "on_last_device": st.sampled_from(["refuse", "warn", "allow"]),
    "on_destroy": st.sampled_from(["keep", "delete-virtual-device"]),
    "require_active": st.booleans(),
    "renew": st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=20),
    "seed_source": st.sampled_from(["env:SEED", "file:~/seed", "ssm:/mfa/a", "secretsmanager:mfa#key"]),
}
DEVICES = st.lists(st.tuples(SERIALS, st.fixed_dictionaries({}, optional=OWN)), min_size=1, max_size=8)
HOLDERS = st.lists(st.one_of(NAME, ODD_NAMES), min_size=1, max_size=4, unique_by=str.lower)
WRITERS: dict[str, Callable[[Any], str]] = {
    "JSON": json.dumps,
    "blocks": yaml.safe_dump,
    "flow": lambda document: yaml.safe_dump(document, default_flow_style=True),
    "quoted, of Windows": lambda document: yaml.safe_dump(document, default_style='"', line_break="\r\n"),
}


def dealt(holders: list[str], devices: list[tuple[str, dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """Users and what each may hold; a device that comes twice stays with the first."""
    users: dict[str, list[dict[str, Any]]] = {}
    for number, (serial, own) in enumerate({serial.lower(): (serial, own) for serial, own in devices}.values()):
        shown = {key: str(value).lower() if isinstance(value, bool) else value for key, value in own.items()}
        users.setdefault(holders[number % len(holders)], []).append({"serial_number": serial, **shown})
    return users


def said(line: Line) -> tuple[str | None, dict[str, Any]]:
    """What a line of a roster says, less where it stands."""
    own = {key: value for key, value in line.inputs().items() if key in OWN and value not in (None, False)}
    return line.user_name, {"serial_number": line.serial.text, **own}


@pytest.mark.long
@pytest.mark.parametrize("style", WRITERS)
@settings(max_examples=examples(60))
@given(HOLDERS, DEVICES)
def test_what_is_written_is_read(style: str, holders: list[str], devices: list[tuple[str, dict[str, Any]]]) -> None:
    users = dealt(holders, devices)
    lines = parse(WRITERS[style]({"users": users})).lines
    wanted = [
        (name, {key: value == "true" if key == "require_active" else value for key, value in one.items()})
        for name, ones in users.items()
        for one in ones
    ]
    assert sorted(map(said, lines), key=str) == sorted(
        ((name, {key: value for key, value in one.items() if value is not False}) for name, one in wanted), key=str
    )
