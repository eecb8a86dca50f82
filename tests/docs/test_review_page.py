"""docs/review.md shows comments that the code writes, every option, and the picture that is made of the first."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import picture
import pytest

from mfa_association.cli import main
from mfa_association.review.markdown import to_markdown
from tests.review.samples import samples

PAGE = picture.PAGE.read_text(encoding="utf-8")


def test_the_comments_are_the_codes_own() -> None:
    assert picture.comments(PAGE) == [to_markdown(report) for report in samples().values()]


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


@pytest.mark.skipif(shutil.which("chromium") is None, reason="draws a picture: needs Chromium, as `make docs` does")
def test_a_browser_draws_it(tmp_path: Path) -> None:
    picture.draw("chromium", picture.html(picture.comments(PAGE)[0]), tmp_path / "x.png")
    assert (tmp_path / "x.png").read_bytes().startswith(b"\x89PNG")


def test_without_a_browser_it_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PATH", "")
    picture.main()
    assert capsys.readouterr().err == "There is no Chromium here: docs/images/review.png stays as it is.\n"
