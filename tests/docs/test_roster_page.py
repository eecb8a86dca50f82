"""The faults that docs/roster.md shows are those of the roster that it shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mfa_association.cli.command_line import run
from mfa_association.roster import RosterError, parse
from tests.support.yaml_files import read_yaml

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "roster.md").read_text()
GOOD, FAULTY, PRE_COMMIT = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_the_first_roster_is_good() -> None:
    assert [line.user_name for line in parse(GOOD).lines] == ["alice", "alice", "bob"]


def test_the_second_roster_has_the_faults_below_it() -> None:
    with pytest.raises(RosterError) as caught:
        parse(FAULTY)
    assert f"\n…\n{caught.value}\n```" in PAGE


def test_the_check_says_what_the_page_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    texts = {
        "tab.yaml": "users:\n\talice:\n",
        "merge.yaml": "users:\n  alice:\n<<<<<<< HEAD\n  - GAHT12345678\n=======\n  - GAHT87654321\n>>>>>>> token\n",
        "name.yaml": "users:\n  alice:\n  - alice-phone\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    assert run(["check", *texts, "missing.yaml"]) == 1
    told = capsys.readouterr()
    assert f"$ mfa-association check {' '.join(texts)} missing.yaml\n{told.out}{told.err}```" in PAGE


def test_the_hook_that_the_page_names_is_there() -> None:
    (repo,) = read_yaml(PRE_COMMIT)["repos"]
    hooks = read_yaml((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert [hook["id"] for hook in repo["hooks"]] == [hook["id"] for hook in hooks]
