"""``mfa-association convert``: files and words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mfa_association.cli import main
from mfa_association.tokens import BRIDGED_TYPE, PULUMI_TYPE

EXPORT = Path(__file__).parents[1] / "review" / "exports" / "bridged.json"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", str(EXPORT), "--to", "dynamic", "--output", "after.json"]) == 0
    number = EXPORT.read_text().count(f'"type": "{BRIDGED_TYPE}"')
    assert capsys.readouterr().out == f"after.json: {number} devices, for `pulumi stack import --file after.json`\n"
    made = json.loads(Path("after.json").read_text())["deployment"]["resources"]
    assert sum(one["type"] == PULUMI_TYPE for one in made) == number


@pytest.mark.parametrize(
    ("content", "output", "sentence"),
    [
        (None, "after.json", "reading (before.json): No such file or directory; nothing was written"),
        (b"{", "after.json", "reading (before.json): it is not JSON; nothing was written"),
        (b"\xff", "after.json", "reading (before.json): it is not JSON; nothing was written"),
        (b"[]", "after.json", "reading (before.json): it is no stack export; nothing was written"),
        (b"{}", "after.json", "converting the stack export: it holds no deployment"),
        (b"{}", "before.json", "writing (before.json): the file is there already; nothing was written"),
        (
            EXPORT.read_bytes(),
            "no/after.json",
            "writing (no/after.json): No such file or directory; nothing was written",
        ),
    ],
)
def test_what_cannot_be_converted(
    capsys: pytest.CaptureFixture[str], content: bytes | None, output: str, sentence: str
) -> None:
    if content is not None:
        Path("before.json").write_bytes(content)
    assert main(["convert", "before.json", "--to", "dynamic", "--output", output]) == 1
    told = capsys.readouterr()
    assert (told.out, len(told.err.splitlines())) == ("", 1)
    assert sentence in told.err
    assert not Path("after.json").exists()
