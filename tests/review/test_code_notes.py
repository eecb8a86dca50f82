"""The line that names changed code: neither prose nor decoys push a file out of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mfa_association.review.findings import plain
from mfa_association.review.sentence import code_notes

from .make import PHONE, kept, review

DECOYS = tuple(f"aa{number:02}.py" for number in range(18))


@pytest.mark.parametrize(
    ("files", "says", "reason"),
    [
        (
            ("README.md", "a.md", "b.md", "venv.py"),
            "venv.py, README.md, a.md and 1 other file changed",
            "prose comes last",
        ),
        (("a.md", "b.md"), "a.md and b.md changed", "prose alone is named too: it may be anything"),
        ((*DECOYS, "venv.py"), "aa17.py and venv.py changed", "decoys hide nothing"),
        ((*DECOYS, "b.py", "c.py", "d.py"), "c.py and 1 other file changed", "a line has an end"),
    ],
)
def test_code_is_named_before_all_else(files: tuple[str, ...], says: str, reason: str) -> None:
    (line,) = code_notes(replace(review(kept(PHONE)), files=files))
    assert says in plain(line), reason
