"""docs/messages.md is what the code says."""

from __future__ import annotations

import messages


def test_the_page_is_up_to_date() -> None:
    assert messages.PAGE.read_text(encoding="utf-8") == messages.page(), "run `python tools/messages.py`"


def test_a_sentence_of_each_sort_is_found() -> None:
    texts = {message.kind: message.text for message in messages.messages()}
    assert texts.keys() == {"error", "warning", "note"}
    assert any("there is no such device" in message.text for message in messages.messages())
