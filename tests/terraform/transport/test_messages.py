"""Messages and answers of gRPC, read by a decoder of headers that is not ours."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hpack import Decoder
from hypothesis import given
from hypothesis import strategies as st

from mfa_association.terraform.transport.messages import BEGIN, END, INTERNAL, NoMessage, refusal, unwrapped, wrapped


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


def _headers(block: bytes) -> list[tuple[str, str]]:
    """What a new peer reads, whose tables stay as they are."""
    decoder = Decoder()
    found = [(str(name), str(value)) for name, value in decoder.decode(block)]
    assert not decoder.header_table.dynamic_entries
    return found


@pytest.mark.parametrize(
    "block, headers",
    [
        (BEGIN, [(":status", "200"), ("content-type", "application/grpc")]),
        (END, [("grpc-status", "0")]),
    ],
)
def test_the_headers_of_an_answer(block: bytes, headers: list[tuple[str, str]]) -> None:
    assert _headers(block) == headers


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
    assert _headers(refusal(INTERNAL, text)) == [
        (":status", "200"),
        ("content-type", "application/grpc"),
        ("grpc-status", "13"),
        ("grpc-message", sent),
    ], reason


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_every_text_can_be_told(text: str) -> None:
    """In what a header may hold: printable ASCII."""
    sent = _headers(refusal(INTERNAL, text))[-1][1]
    assert unquote(sent) == text and all(" " <= character <= "~" for character in sent)
