"""However much a change removes, the comment fits, says the exact totals and is the same each time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from mfa_association.review.classify import classify
from mfa_association.review.markdown import to_markdown
from mfa_association.review.parse import parse
from mfa_association.review.report_json import to_json
from mfa_association.review.sentence import sentence
from mfa_association.review.text import to_text

from .big import big
from .make import gone, live, new, review
from .tables import tables

MOST = 65_536


@pytest.mark.long
def test_a_thousand_deletes_show_fifty_and_count_all() -> None:
    report = classify(parse(big(1000, 500)))
    text = to_markdown(report)
    (table,) = tables(text)
    assert len(table) == 1 + 50
    assert "The 50 worst of 1000 rows." in text
    assert sentence(report) == "1000 users lose an MFA device; 500 may be left with none."
    assert json.loads(to_json(report))["totals"]["removals"] == 1000
    assert len(text) < MOST


@pytest.mark.long
@pytest.mark.parametrize("length", [1, 160, 20_000])
def test_long_names_leave_fewer_rows(length: int) -> None:
    def name(number: int, char: str) -> str:
        return f"{number:04}{char * length}"

    steps = [gone(name(number, "🔑"), name(number, "🔒"), name=name(number, "`|")) for number in range(200)]
    steps += [
        new(name(number, "b"), name(number, "|"), name=name(number, "🔑"), enables=True, seed_source=name(number, "🔒"))
        for number in range(200)
    ]
    asked = live(predicted_failures=[(name(1, "🔑"), name(1, "🔒"))] * 99, not_foreseen=[name(2, "🔒")] * 99)
    text = to_markdown(review(*steps, live=asked), commit="c" * length)
    assert len(text.encode()) < MOST
    assert "of 200 rows." in text
    assert text.startswith("<!-- mfa-review mfa/prod verdict=high -->\n### 🟠 200 users lose an MFA device")
    assert text.count("<details>") == text.count("</details>")


@pytest.mark.deep
def test_five_thousand_devices_take_little(tmp_path: Path) -> None:
    """2 s and 300 MB on a machine that does nothing else (docs/review.md); here processor time, with room for a busy one."""
    (tmp_path / "preview.json").write_bytes(big(1000, 4000))
    assert (tmp_path / "preview.json").stat().st_size > 25_000_000
    program = (
        "import os, sys; from mfa_association.cli import main; code = main(sys.argv[1:]); used = os.times();"
        "peak = [line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')];"
        "print(code, used.user + used.system, *peak, file=sys.stderr)"
    )
    command = [sys.executable, "-c", program, "review", str(tmp_path / "preview.json"), "--format", "json"]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True)
    code, seconds, kilobytes = done.stderr.split()
    assert (code, float(seconds) < 4, int(kilobytes) < 300_000) == ("0", True, True), done.stderr


def test_the_worst_are_kept() -> None:
    steps = [gone(f"GAHT{number:08}", f"user{number}") for number in range(60)]
    text = to_markdown(review(*steps, gone("GAHT99999999", root="222233334444")))
    assert tables(text)[0][1][1] == "root user of 222233334444"


def test_the_same_input_gives_the_same_bytes() -> None:
    raw = big(30, 30)
    for write in (to_markdown, to_json, to_text):
        assert write(classify(parse(raw))) == write(classify(parse(raw)))


def test_the_order_of_the_steps_does_not_matter_where_the_engine_has_none() -> None:
    steps = [gone(f"GAHT{number:08}", f"user{number}") for number in range(9)]
    assert to_markdown(review(*steps)) == to_markdown(review(*reversed(steps)))
