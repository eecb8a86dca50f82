"""What README and docs say of the code is what the code says."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from mfa_association.engine.changes import COMPARED, REPLACES
from mfa_association.pulumi import MfaDeviceAssociation

ROOT = Path(__file__).parents[2]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    *sorted([*(ROOT / "docs").glob("*.md"), *(ROOT / "examples").glob("*/README.md")]),
]


REPOSITORY = "https://github.com/mfa-association/mfa-association/blob/main/"
"""The README's links are absolute, so that it reads on a package index."""


def section(title: str) -> str:
    """The text of docs/configuration.md under a heading."""
    return (ROOT / "docs" / "configuration.md").read_text().partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def rows(title: str) -> dict[str, list[str]]:
    """The table of a section: first cell to the others."""
    found = re.findall(r"^\| `(\w+)` \|(.+)\|$", section(title), re.MULTILINE)
    return {name: [cell.strip() for cell in cells.split(" | ")] for name, cells in found}


def test_the_arguments_table_lists_exactly_the_arguments() -> None:
    parameters = inspect.signature(MfaDeviceAssociation.__init__).parameters
    keyword_only = {name for name, p in parameters.items() if p.kind is inspect.Parameter.KEYWORD_ONLY}
    assert rows("Arguments").keys() == keyword_only


def test_what_replaces_is_what_the_table_says() -> None:
    assert {name for name, cells in rows("Arguments").items() if "**replaces**" in cells[-1]} == set(REPLACES)


def test_what_is_said_to_change_something_is_compared() -> None:
    idle = {name for name, cells in rows("Arguments").items() if cells[-1] in ("nothing", "as in Pulumi")}
    assert rows("Arguments").keys() - idle == set(COMPARED)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)#]+)(?:#[\w-]*)?\)", page.read_text()):
        here = ROOT / link.removeprefix(REPOSITORY) if link.startswith(REPOSITORY) else page.parent / link
        assert (link.startswith("https://") and not link.startswith(REPOSITORY)) or here.exists(), link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_rows_of_a_table_have_a_cell_for_each_column(page: Path) -> None:
    """A forgotten bar between two cells shows one of them in the wrong column, and the last one nowhere."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        widths = {row: len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}
        assert len(set(widths.values())) == 1, [row for row in widths if widths[row] != next(iter(widths.values()))]


def test_the_readme_is_read_in_one_go() -> None:
    text = (ROOT / "README.md").read_text()
    assert len(text.splitlines()) <= 150
    assert not [link for link in re.findall(r"\]\(([^)]+)\)", text) if not link.startswith("https://")]


def test_every_page_is_linked_from_the_readme() -> None:
    text = (ROOT / "README.md").read_text()
    assert not [page.name for page in (ROOT / "docs").glob("*.md") if f"{REPOSITORY}docs/{page.name})" not in text]
