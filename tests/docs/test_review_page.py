"""docs/review.md shows comments that the code writes, every option, and the picture that is made of the first."""

from __future__ import annotations

import json
import re
from pathlib import Path

import picture
import pytest

from mfa_association.cli import main
from mfa_association.inventory.benchmarks import ROOT, WITH_PASSWORD, WITHOUT_PASSWORD
from mfa_association.review.markdown import to_markdown
from mfa_association.review.sarif import RULES, to_sarif
from tests.review.samples import samples
from tests.support.yaml_files import read_yaml

PAGE = picture.PAGE.read_text(encoding="utf-8")
ROOT_FOLDER = Path(__file__).parents[2]


def test_the_comments_are_the_codes_own() -> None:
    assert picture.comments(PAGE) == [to_markdown(report) for report in samples().values()]


def test_the_sarif_is_the_codes_own() -> None:
    """As `jq` prints it by the page's own words."""
    shown = []
    for one in json.loads(to_sarif(samples()["losses"]))["runs"][0]["results"]:
        place = one["locations"][0]["physicalLocation"]
        file, line = place["artifactLocation"]["uri"], place["region"]["startLine"]
        shown.append("\t".join((one["level"], one["ruleId"], file, str(line), one["message"]["text"])))
    section = PAGE.partition("\n## Code scanning\n")[2].partition("\n## ")[0]
    assert "' review.sarif\n" + "\n".join(shown) + "\n```\n" in section
    assert set(re.findall(r"`([a-z]+-[a-z-]+)`", section)) <= set(RULES)
    (step,) = read_yaml(section.partition("```yaml\n")[2].partition("```")[0])
    assert step["with"] == {"sarif_file": "${{ steps.mfa.outputs.sarif }}"}
    assert "sarif" in read_yaml((ROOT_FOLDER / "action.yml").read_text())["outputs"]


def test_every_option_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["review", "--help"])
    options = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help", "--profile", "--region", "--role-arn"}
    table = PAGE.partition("| option |")[2].partition("\n\n")[0]
    assert {option for option in options if f"`{option}" not in table} - {"--json", "--show-sames"} == {
        "--show-replacement-steps"
    }


def test_the_picture_is_that_of_the_first_comment() -> None:
    text = picture.html(picture.comments(PAGE)[0])
    assert text.count("<tr>") == 4 and 'class="title"' in text and "[!CAUTION]" not in text


_BROWSER = """#!/bin/sh
for word in "$@"; do
  case "$word" in
    --dump-dom) echo '<html data-height="321">' ;;
    --screenshot=*) echo "$@" > "${word#--screenshot=}" ;;
  esac
done
"""


def test_the_picture_is_as_high_as_the_comment(tmp_path: Path) -> None:
    browser = tmp_path / "chromium"
    browser.write_text(_BROWSER)
    browser.chmod(0o755)
    picture.draw(str(browser), picture.html(picture.comments(PAGE)[0]), tmp_path / "images" / "x.png")
    assert "--headless" in (shot := (tmp_path / "images" / "x.png").read_text())
    assert "--window-size=1040,321 " in shot


def test_the_picture_is_kept() -> None:
    assert picture.PICTURE.read_bytes().startswith(b"\x89PNG")


def test_without_a_browser_it_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PATH", "")
    picture.main()
    assert capsys.readouterr().err == "There is no Chromium here: docs/images/review.png stays as it is.\n"


def test_the_benchmarks_are_those_of_the_code() -> None:
    rows = PAGE.partition("| | a user with a password |")[2].partition("\n\n")[0].splitlines()[2:]
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    for column, told in enumerate((WITH_PASSWORD, WITHOUT_PASSWORD, ROOT), start=1):
        assert tuple(f"{row[0]}: {row[column]}" for row in cells if row[column]) == told
