"""Messages and refusals of gRPC."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa_association.terraform.transport.messages import INTERNAL, NoMessage, refusal, unwrapped, wrapped


@given(st.binary())
def test_what_is_wrapped_is_unwrapped(message: bytes) -> None:
    assert unwrapped(wrapped(message)) == message


def test_a_message_on_the_wire() -> None:
    assert wrapped(b"abc") == b"\0\0\0\0\3abc"


@pytest.mark.parametrize(
    "reason, body",
    [
        ("nothing", b""),
        ("half a prefix", b"\0\0\0\0"),
        ("compressed", b"\1\0\0\0\3abc"),
        ("compressed, by a flag to come", b"\2\0\0\0\3abc"),
        ("too short", b"\0\0\0\0\4abc"),
        ("too long", b"\0\0\0\0\2abc"),
        ("two messages", b"\0\0\0\0\1a\0\0\0\0\1b"),
    ],
)
def test_what_is_no_message(reason: str, body: bytes) -> None:
    with pytest.raises(NoMessage):
        print(reason, unwrapped(body))


@pytest.mark.parametrize(
    "reason, text, sent",
    [
        ("plain", "not implemented", "not implemented"),
        ("a line's end", "one\r\ntwo", "one%0D%0Atwo"),
        ("no ASCII", "schön", "sch%C3%B6n"),
        ("what marks a byte", "100%", "100%25"),
        ("nothing", "", ""),
    ],
)
def test_a_refusal(reason: str, text: str, sent: str) -> None:
    assert refusal(INTERNAL, text) == [
        (b":status", b"200"),
        (b"content-type", b"application/grpc"),
        (b"grpc-status", b"13"),
        (b"grpc-message", sent.encode()),
    ], reason


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_every_text_can_be_told(text: str) -> None:
    """In what a header may hold: printable ASCII."""
    sent = refusal(INTERNAL, text)[-1][1].decode()
    assert unquote(sent) == text and all(" " <= character <= "~" for character in sent)
