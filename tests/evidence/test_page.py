"""The page of a report as text: what it says, that it is one file, and that nothing in it is more than text."""

from __future__ import annotations

import base64
import hashlib
import html as entities
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from mfa_association.evidence import html
from mfa_association.inventory.report import AccountResult, Report, document
from tests.evidence.documents import DENIED, account, company, crowd, phone, user
from tests.support.company import ACCOUNT, MEMBER

HOSTILE = [
    "<script>document.title = 'hacked'</script>",
    '"><img src=x onerror="document.title=1">',
    "</script><script>document.title=1</script>",
    "' onmouseover='document.title=1",
    "<!--",
    "{{ 7 * 7 }}",
    "{% raw %}",
    "&lt;b&gt;",
    "</td></table><h1>All is well</h1>",
]
"""A path of a device in IAM may hold any printable character (pathType), and so may what AWS says."""


class Reader(HTMLParser):
    """Tags with their attributes, and the text of each row."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[list[str]] = []
        self._in_cell = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            self.rows[-1].append("")
            self._in_cell = True
        elif tag == "br":
            self.rows[-1][-1] += "\n"

    def handle_endtag(self, tag: str) -> None:
        self._in_cell = self._in_cell and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.rows[-1][-1] += data.strip("\n")

    def row(self, *start: str) -> list[str]:
        """The last row that begins with these cells."""
        return [row for row in self.rows if tuple(row[: len(start)]) == start][-1]


def test_everybody_has_a_row_with_all_that_is_known() -> None:
    read = Reader(html(company()))
    assert read.row(ACCOUNT, "alice")[2:] == [
        "yes", "mfa/alice-phone", "virtual", "2026-01-31", "300", "", "yes",
        "yes\nAdministratorAccess through group staff", "2026-11-20", "2026-11-20\nnever used", "",
    ]  # fmt: skip
    assert read.row(ACCOUNT, "carol")[3:8] == [
        "u2f/user/carol/yubikey-EXAMPLE\nmfa/carol-phone", "fido\nvirtual", "2026-01-31\n2026-01-31", "300\n300",
        "FIDO L1, FIPS-140-2 L2\n",
    ]  # fmt: skip
    assert read.row(ACCOUNT, "erin")[2] == "not checked"
    assert read.row(MEMBER, "mallory")[-3:] == ["never", "", "IAM.5, IAM.19"]


def test_a_password_alone_comes_first_and_root_before_all() -> None:
    page = html(company())
    first = Reader(page.partition("</section>")[0])
    assert [row[:2] for row in first.rows[1:]] == [[MEMBER, "root user"], [ACCOUNT, "dave"], [MEMBER, "mallory"]]
    assert "2 users and 1 root user." in page


def test_root_users_and_accounts_that_could_not_be_read_are_there() -> None:
    page = html(company())
    read = Reader(page)
    assert read.row(DENIED, "not checked")[-1] == "no root session is allowed there"
    assert read.row("444455556666")[1:3] == ["no credentials, removed centrally", "no"]
    assert read.row(MEMBER, "no MFA device")[2:4] == ["yes", "no"]
    assert f"root sessions were opened by arn:aws:iam::{ACCOUNT}:user/auditor" in page
    assert "2 of 3 accounts were read." in page
    assert any(DENIED in row[0] and "cannot be assumed" in row[1] for row in read.rows if len(row) == 2)


def test_what_was_not_checked_is_said_once_for_all_of_whom_it_holds() -> None:
    read = Reader(html(company()))
    gaps = [row for row in read.rows if len(row) == 2]
    assert [ACCOUNT, "administrator of 1 user: denied: iam:ListPolicies"] in gaps
    assert ["organization", "denied"] in Reader(html(company(not_checked=["denied"]))).rows
    assert [ACCOUNT, "when the password was used last of 1 user: denied: iam:ListUsers"] in gaps


def test_a_report_without_gaps_says_so() -> None:
    page = html(document(Report((AccountResult(ACCOUNT, account(ACCOUNT, user("a", phone("a")))),))))
    assert "Everything that was asked for was read." in page
    assert "<p>Nobody.</p>" in page
    assert "No roster was given" in page


def test_an_organization_of_which_nothing_could_be_read_has_a_page() -> None:
    page = html(document(Report((AccountResult(DENIED, fault="denied"),))))
    assert "0 of 1 account was read." in page
    assert "Nobody who was checked" in page


@pytest.mark.parametrize("text", HOSTILE)
def test_what_others_write_is_text_everywhere(text: str) -> None:
    clean = html(company())
    users = account(
        ACCOUNT,
        user(text, phone(f"{text}/x")),
        user(f"{text}2"),
        unassigned=(text,),
        not_checked=(text,),
        unread=(text,),
    )
    told = document(Report((AccountResult(ACCOUNT, users), AccountResult(MEMBER, fault=text))))
    page = html(told)
    kinds = {tag for tag, _ in Reader(page).tags}
    assert kinds <= {tag for tag, _ in Reader(clean).tags}
    assert page.count("<script") == 1 and " onerror" not in re.sub("&#34;.*", "", page)
    cells = [cell for row in Reader(page).rows for cell in row]
    assert cells.count(text) >= 3, "in a row of a user, of a device and of what was not checked"
    assert entities.escape(text) in page.replace("&#34;", "&quot;").replace("&#39;", "&#x27;")


def test_the_policy_allows_this_style_and_this_script_and_nothing_else() -> None:
    page = html(company())
    found = Reader(page)
    policy = next(attrs["content"] for tag, attrs in found.tags if "http-equiv" in attrs)
    hashes = [
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for tag in ("style", "script")
        for text in re.findall(f"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
    ]
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; "
        "base-uri 'none'; form-action 'none'"
    )
    assert not [(tag, attrs) for tag, attrs in found.tags if {"src", "style", "onclick"} & attrs.keys()]
    assert {attrs["href"] for _, attrs in found.tags if "href" in attrs} <= {"#gaps"}


def test_every_table_has_a_caption_and_every_head_a_scope() -> None:
    tags = Reader(html(company())).tags
    kinds = [tag for tag, _ in tags]
    assert kinds.count("table") == kinds.count("caption") > 5
    assert {attrs.get("scope") for tag, attrs in tags if tag == "th"} == {"col", "row"}
    assert ("html", {"lang": "en"}) in tags


def test_the_picture_is_told_in_words_too() -> None:
    assert (
        f"account {ACCOUNT}: 1 with a phishing-resistant device, 1 with another device, 1 with none, 1 not checked; "
        f"account {MEMBER}: 0 with a phishing-resistant device, 0 with another device, 1 with none"
    ) in html(company())


def test_a_picture_has_a_piece_for_everybody() -> None:
    page = html(company())
    widths = [float(one) for one in re.findall(r'<rect x="[\d.]+" y="\d+" width="([\d.]+)" height="20"', page)]
    assert widths == [140.0, 140.0, 140.0, 140.0, 560.0]


@pytest.mark.long
def test_a_user_takes_less_than_six_hundred_bytes() -> None:
    """5,000 are opened in a browser (test_in_a_browser.py)."""
    page = html(crowd(500))
    assert len(page.encode()) < 500 * 600
    assert page.count('<th scope="row">firstname.lastname-') == 500 + 50


def numbers(report: dict[str, Any]) -> tuple[int, int]:
    return report["coverage"]["with_device"], report["coverage"]["without_device"]


def test_the_first_sentences_are_the_figures_of_the_document() -> None:
    report = company()
    holding, bare = numbers(report)
    assert f"{holding} of {holding + bare} console users hold an MFA device, {bare} hold none." in html(report)
    assert "1 (25 %) hold a phishing-resistant one" in html(report)
