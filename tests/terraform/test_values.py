"""Values on the wire: MessagePack as cty writes it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa_association.engine.inputs import UNKNOWN
from mfa_association.terraform.values import Malformed, decode, encode

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
    | st.just(UNKNOWN)
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)
)


@pytest.mark.long
@given(VALUES)
def test_what_is_written_is_read_again(value: Any) -> None:
    assert decode(encode(value)) == value


@pytest.mark.parametrize(
    "reason, data, value",
    [
        ("unknown, as cty wrote it for years", "d40000", UNKNOWN),
        ("unknown with a refinement, as cty writes it now", "c7020c8101", UNKNOWN),
        ("unknown with a long refinement", "c8000401" + "00" * 4, UNKNOWN),
        ("null", "c0", None),
        ("truth", "c3", True),
        ("a small number", "2a", 42),
        ("a small negative number", "ff", -1),
        ("eight bits", "ccff", 255),
        ("sixteen bits", "cd0100", 256),
        ("thirty-two bits", "ce00010000", 65536),
        ("sixty-four bits", "cf0000000100000000", 2**32),
        ("eight bits, negative", "d080", -128),
        ("sixteen bits, negative", "d1ff00", -256),
        ("thirty-two bits, negative", "d2ffff0000", -65536),
        ("sixty-four bits, negative", "d3ffffffff00000000", -(2**32)),
        ("a fraction", "cb3ff8000000000000", 1.5),
        ("a fraction in thirty-two bits", "ca3fc00000", 1.5),
        ("text", "a161", "a"),
        ("text of more than 31 bytes", "d920" + "61" * 32, "a" * 32),
        ("text of more than 255 bytes", "da0100" + "61" * 256, "a" * 256),
        ("text of more than 65535 bytes", "db00010000" + "61" * 65536, "a" * 65536),
        ("a list", "92c0c3", [None, True]),
        ("a list of more than 15", "dc0010" + "c0" * 16, [None] * 16),
        ("a mapping", "81a161c0", {"a": None}),
        ("a mapping in sixteen bits", "de0001a161c0", {"a": None}),
    ],
)
def test_what_cty_writes(reason: str, data: str, value: Any) -> None:
    assert decode(bytes.fromhex(data)) == value, reason


@pytest.mark.parametrize(
    "reason, value, data",
    [
        ("unknown without a refinement", UNKNOWN, "d40000"),
        ("null", None, "c0"),
        ("truth is no number", True, "c3"),
        ("a number that JSON could not hold is text, as in cty", 2**64, "b43138343436373434303733373039353531363136"),
        ("more than 15 of a list", [None] * 16, "dc0010" + "c0" * 16),
        ("more than 15 of a mapping", {chr(97 + n): None for n in range(16)},
         "de0010" + "".join(f"a1{97 + n:02x}c0" for n in range(16))),
        ("text of more than 255 bytes", "a" * 256, "da0100" + "61" * 256),
    ],
)  # fmt: skip
def test_what_cty_reads(reason: str, value: Any, data: str) -> None:
    assert encode(value).hex() == data, reason


@pytest.mark.parametrize(
    "reason, data",
    [
        ("nothing", ""),
        ("text that ends too early", "a261"),
        ("a list that ends too early", "92c0"),
        ("an unknown that ends too early", "d400"),
        ("a number that ends too early", "cd01"),
        ("two values", "c0c0"),
        ("a key that is no text", "8101c0"),
        ("bytes, which cty does not write", "c40161"),
        ("text that is not UTF-8", "a1ff"),
        ("a list inside a list without end", "91" * 100_000),
    ],
)
def test_what_is_no_value(reason: str, data: str) -> None:
    with pytest.raises(Malformed):
        decode(bytes.fromhex(data))
