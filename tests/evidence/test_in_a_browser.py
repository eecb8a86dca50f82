"""The page of a report in a real browser: it asks for nothing, runs nothing but its own, sorts, filters and prints."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from mfa_association.evidence import html
from mfa_association.inventory.report import AccountResult, Report, document
from tests.evidence.documents import account, company, crowd, phone, user
from tests.evidence.test_page import HOSTILE
from tests.support.browser import Page, a_page
from tests.support.company import ACCOUNT

NAMES = "[...document.querySelectorAll('#list tbody tr:not([hidden]) th')].map(one => one.textContent)"
HEADS = (
    "Object.fromEntries([...document.querySelectorAll('#list thead th')].map(one => [one.textContent, one.ariaSort]))"
)
CONTRAST = """(() => {
  const parts = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = (color) => parts(color).slice(0, 3).map((one) => one / 255)
    .map((one) => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)
    .reduce((sum, one, at) => sum + one * [0.2126, 0.7152, 0.0722][at], 0);
  const behind = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const color = getComputedStyle(one).backgroundColor;
      if (parts(color)[3] !== 0) return color;
    }
    return 'rgb(255, 255, 255)';
  };
  const bad = [];
  for (const one of document.querySelectorAll('body *:not(svg *)')) {
    if (![...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim())) continue;
    if (['SCRIPT', 'STYLE'].includes(one.tagName)) continue;
    const [front, back] = [light(getComputedStyle(one).color), light(behind(one))];
    const ratio = (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
    if (ratio < 4.5) bad.push(`${one.tagName} ${one.textContent.trim().slice(0, 40)} ${ratio.toFixed(2)}`);
  }
  return bad;
})()"""


@pytest.fixture(scope="module")
def page(chromium: Path) -> Iterator[Page]:
    with a_page(chromium) as found:
        yield found


def shown(page: Page, text: str, folder: Path) -> Path:
    """The page opened."""
    file = folder / "mfa.html"
    file.write_text(text, encoding="utf-8")
    page.requests.clear()
    page.complaints.clear()
    page.open(file)
    return file


def test_nothing_is_asked_for_and_nothing_is_complained_of(page: Page, tmp_path: Path) -> None:
    file = shown(page, html(company()), tmp_path)
    assert page.requests == [file.as_uri()]
    assert page.complaints == []
    assert page.run("document.styleSheets.length") == 1, "its own style is allowed"


def test_hostile_names_are_shown_as_they_are(page: Page, tmp_path: Path) -> None:
    users = [user(f"{text}{number}", phone(f"{text}/x")) for number, text in enumerate(HOSTILE)]
    told = document(Report((AccountResult(ACCOUNT, account(ACCOUNT, *users, unassigned=tuple(HOSTILE))),)))
    file = shown(page, html(told), tmp_path)
    assert sorted(page.run(NAMES)) == sorted(one.name for one in users)
    assert page.run("document.title") == "MFA in AWS, 2026-11-28"
    assert page.run("document.querySelectorAll('img, h1 + h1, td script').length") == 0
    assert (page.requests, page.complaints) == ([file.as_uri()], [])


def test_a_script_that_somebody_adds_does_not_run(page: Page, tmp_path: Path) -> None:
    """The page's own policy is the second wall behind the escaping."""
    more = "<script>document.title = 'hacked'</script><img src='https://example.com/x.png'></body>"
    file = shown(page, html(company()).replace("</body>", more), tmp_path)
    assert page.run("document.title") != "hacked"
    assert any("Content Security Policy" in one for one in page.complaints)
    assert [one for one in page.requests if one != file.as_uri() and not one.startswith("https://example.com")] == []


def test_columns_are_sorted_by_keyboard(page: Page, tmp_path: Path) -> None:
    shown(page, html(company()), tmp_path)
    before = page.run(NAMES)
    assert before[0] == "dave", "a password alone first"
    assert set(page.run(HEADS).values()) == {"none"}
    page.run("document.querySelectorAll('#list thead button')[0].focus()")
    page.press("Tab")
    page.press("Enter")
    assert page.run(NAMES) == sorted(before)
    assert page.run(HEADS)["User"] == "ascending"
    page.press(" ")
    assert page.run(NAMES) == sorted(before, reverse=True)
    heads = page.run(HEADS)
    assert heads.pop("User") == "descending" and set(heads.values()) == {"none"}


def test_numbers_are_sorted_as_numbers_and_what_is_empty_comes_last(page: Page, tmp_path: Path) -> None:
    from dataclasses import replace

    ages = {"a": "2026-11-27T00:00:00Z", "b": "2026-11-18T00:00:00Z", "c": "2026-08-01T00:00:00Z"}
    users = [user(name, replace(phone(name), enable_date=since)) for name, since in ages.items()]
    told = document(Report((AccountResult(ACCOUNT, account(ACCOUNT, *users, user("none"))),)))
    shown(page, html(told), tmp_path)
    at = list(page.run(HEADS)).index("Age")
    for order in (["a", "b", "c", "none"], ["c", "b", "a", "none"]):
        page.run(f"document.querySelectorAll('#list thead button')[{at}].click()")
        assert page.run(NAMES) == order


def test_the_list_is_narrowed_down_and_says_so(page: Page, tmp_path: Path) -> None:
    shown(page, html(company()), tmp_path)
    page.run("document.querySelector('input').focus()")
    page.type("CAROL")
    assert page.run(NAMES) == ["carol"]
    assert page.run("document.querySelector('output').textContent") == "1 of 6 users: the list is narrowed down"
    page.run("document.querySelector('input').value = ''")
    narrowed = {}
    for letter in "pdaun":
        page.run(
            f"(one => {{ one.value = '{letter}'; one.dispatchEvent(new Event('change')) }})(document.querySelector('select'))"
        )
        narrowed[letter] = sorted(page.run(NAMES))
    assert narrowed == {
        "p": ["dave", "mallory"],
        "d": ["dave", "erin", "mallory"],
        "a": ["alice"],
        "u": ["bob", "carol"],
        "n": ["dave", "erin"],
    }


def test_without_scripts_the_page_is_whole(chromium: Path, tmp_path: Path) -> None:
    with a_page(chromium, scripts=False) as bare:
        shown(bare, html(company()), tmp_path)
        bare.call("Emulation.setScriptExecutionDisabled", value=False)
        assert len(bare.run(NAMES)) == 6
        assert bare.run("document.querySelectorAll('button, input, select').length") == 0


def test_it_is_printed_with_every_row(page: Page, tmp_path: Path) -> None:
    shown(page, html(crowd(400)), tmp_path)
    printed = page.pdf()
    assert printed.startswith(b"%PDF")
    assert len(re.findall(rb"/Type ?/Page\b", printed)) > 4


def test_no_table_is_wider_than_a_sheet(page: Page, tmp_path: Path) -> None:
    """A4 landscape less its margins, at 96 dots an inch; an account stays on one line."""
    page.call("Emulation.setEmulatedMedia", media="print")
    page.call("Emulation.setDeviceMetricsOverride", width=1046, height=740, deviceScaleFactor=1, mobile=False)
    try:
        for told in (company(), crowd(40)):
            shown(page, html(told), tmp_path)
            assert page.run("Math.max(...[...document.querySelectorAll('table')].map(one => one.scrollWidth))") <= 1046
            first = "document.querySelector('#list tbody td').firstChild"
            in_lines = f"(() => {{ const r = document.createRange(); r.selectNodeContents({first}); return r.getClientRects().length }})()"
            assert page.run(in_lines) == 1
    finally:
        page.call("Emulation.setEmulatedMedia", media="")
        page.call("Emulation.clearDeviceMetricsOverride")


def test_all_text_can_be_read(page: Page, tmp_path: Path) -> None:
    """WCAG 2.2, 1.4.3: a contrast of 4.5 to 1 at least."""
    shown(page, html(company()), tmp_path)
    assert page.run(CONTRAST) == []


def test_controls_have_names(page: Page, tmp_path: Path) -> None:
    shown(page, html(company()), tmp_path)
    nodes = page.call("Accessibility.getFullAXTree")["nodes"]
    told = [(one["role"]["value"], one["name"]["value"]) for one in nodes if "name" in one and "role" in one]
    assert {("searchbox", "Search"), ("combobox", "Show"), ("button", "User")} <= set(told)
    assert next(name for role, name in told if role == "image").startswith("Console users by account")


def test_five_thousand_users_are_sorted_and_narrowed_down(page: Page, tmp_path: Path) -> None:
    file = shown(page, html(crowd(5000)), tmp_path)
    assert file.stat().st_size < 3_000_000
    page.run("document.querySelectorAll('#list thead button')[1].click()")
    assert page.run(NAMES)[0] == "firstname.lastname-00000"
    page.run("(one => { one.value = 'a'; one.dispatchEvent(new Event('change')) })(document.querySelector('select'))")
    assert len(page.run(NAMES)) == 100
