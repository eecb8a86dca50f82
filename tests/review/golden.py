"""What the review makes of every captured preview and plan, beside them in ``golden``: the JSON of each, and the comment
and the text of a few that need all that is written of any. To write the files anew, and the comments of docs/review.md::

python -m tests.review.golden
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from mfa_association.review.classify import classify
from mfa_association.review.findings import Report
from mfa_association.review.markdown import to_markdown
from mfa_association.review.parse import parse
from mfa_association.review.report_json import to_json
from mfa_association.review.text import to_text

from .samples import fill, samples

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "review.md"
FORMATS: dict[str, Callable[[Report], str]] = {"md": to_markdown, "json": to_json, "txt": to_text}
SHOWN = {
    "md": (
        *("plan-delete", "plan-gains", "plan-move", "plan-replace", "preview-delete", "preview-failed-program"),
        *("preview-hooked", "sample-gains", "sample-losses"),
    ),
    "txt": (
        *("plan-replace", "preview-bridged-empty", "preview-delete", "preview-failed-program", "preview-taken-over"),
        *("sample-gains", "sample-losses"),
    ),
}
"""Whose comment and text is kept: together they take every way through the code that writes it that any report takes."""


def reports() -> dict[str, Report]:
    """Every report by the name of its file."""
    files = [*sorted(HERE.glob("previews/*.json")), *sorted(HERE.glob("plans/*.json"))]
    names = {f"{path.parent.name[:-1]}-{path.stem}": path for path in files}
    found = {name: classify(parse(path.read_bytes())) for name, path in names.items()}
    return {**found, **{f"sample-{name}": report for name, report in samples().items()}}


def golden(name: str, suffix: str) -> Path:
    """The file that a report is held to."""
    return HERE / "golden" / f"{name}.{suffix}"


def kept(names: Iterable[str]) -> list[tuple[str, str]]:
    """The name and the suffix of every file."""
    return [(name, suffix) for suffix in FORMATS for name in SHOWN.get(suffix, names)]


if __name__ == "__main__":
    (HERE / "golden").mkdir(exist_ok=True)
    made = reports()
    for name, suffix in kept(made):
        golden(name, suffix).write_text(FORMATS[suffix](made[name]), encoding="utf-8")
    PAGE.write_text(fill(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
