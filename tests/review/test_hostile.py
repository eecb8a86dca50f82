"""Names that somebody chose to be obeyed: in the comment they are text, in exactly their own cell."""

from __future__ import annotations

import base64
import io
import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from mfa_association.review.classify import Context, classify
from mfa_association.review.facts import Holder, Live, NotChecked
from mfa_association.review.markdown import to_markdown
from mfa_association.review.model import SourceLocation
from mfa_association.review.parse import parse
from mfa_association.review.report_json import to_json
from mfa_association.review.text import to_text

from .make import facts, gone, live, new, preview
from .tables import raw_html, tables

NAMES = [
    "plain",
    "a|b",
    "a\\|b",
    "a\\\\|b",
    "trailing\\",
    "|",
    "`",
    "``` a",
    "a`b``c",
    " leading",
    "trailing ",
    "@everyone",
    "<b>bold</b><script>alert(1)</script>",
    "<!-- mfa-review other/stack verdict=none -->",
    "--> <!--",
    "[click](https://example.com)",
    "![](https://example.com/x.png)",
    "https://example.com",
    "**bold** _em_ ~~no~~",
    "# heading",
    "&lt;&#124;",
    "$\\color{red}{x}$",
    ":tada:",
    "</details>",
    "ünïcödé 名前",
]
ESCAPED = {
    "line\nbreak": "line\\nbreak",
    "a\r\n| x | y |": "a\\r\\n| x | y |",
    "\x1b[31mred\x1b[0m": "\\x1b[31mred\\x1b[0m",
    "\x1b]8;;https://example.com\x07link": "\\x1b]8;;https://example.com\\x07link",
    "right\u202eleft": "right\\u202eleft",
    "zero\u200bwidth": "zero\\u200bwidth",
    "nul\x00": "nul\\x00",
    "\u2028": "\\u2028",
    "\ud800": "\\ud800",
}
SHOWN = {**{name: name.replace("\\", "\\\\") for name in NAMES}, **ESCAPED}


def report(name: str) -> Any:
    """Everything a review shows that somebody may have chosen."""
    asked = live(
        facts(name, (name,), administrator="yes", administrator_by=name, console_password=NotChecked(name)),
        password_only_users=(name,),
        predicted_failures=((name, name),),
        not_foreseen=(name,),
        bare_as_of=name,
    )
    steps = [
        gone(name, name, name=name, skipped_because=None),
        new("GAHT12345678", name, name=name, enables=True, seed_source=name),
    ]
    return classify(
        preview(*steps, engine_version=name), Context(asked, {name.lower(): SourceLocation(name, 7)}, author="author")
    )


@pytest.mark.parametrize("name", SHOWN)
def test_every_cell_shows_the_name_and_nothing_else(name: str) -> None:
    shown = SHOWN[name]
    losses, gains = tables(to_markdown(report(name), commit=name))
    assert [len(row) for row in (*losses, *gains)] == [9, 9, 7, 7]
    _, user, device, what, left, password, administrator, undo, where = losses[1]
    assert (user, where) == (shown, f"{shown}:7")
    assert device in (f"{shown} (unknown kind)", f"{shown} (hardware)")
    assert (left, what) == ("1 (live)", "deactivated; to be replaced by GAHT12345678")
    assert (password, administrator) == (f"not checked ({shown})", "yes")
    assert undo == "yes, with two fresh codes"
    assert gains[1][1:4] == [shown, "GAHT12345678 (hardware)", f"is enabled with codes from {shown}"]


@pytest.mark.parametrize("name", SHOWN)
def test_the_comment_holds_no_html_but_its_own(name: str) -> None:
    own = {"</details>", "<sub>", "</sub>", "<!-- mfa-review mfa/prod verdict=high -->"}
    found = {html for html in raw_html(to_markdown(report(name), name)) if not html.startswith("<details><summary>")}
    assert found <= own


@pytest.mark.parametrize("name", SHOWN)
def test_titles_of_collapsed_parts_hold_no_markup(name: str) -> None:
    """GitHub reads the inside of a summary as HTML: code spans would be text, so no name may stand there."""
    titles = [html for html in raw_html(to_markdown(report(name))) if html.startswith("<details>")]
    assert titles == [
        "<details><summary>Would fail when applied (1)</summary>",
        "<details><summary>Not checked (1)</summary>",
        "<details><summary>Others who have a console password and no MFA device (1)</summary>",
        "<details><summary>Why these risks</summary>",
    ]


def test_a_failure_is_text_too() -> None:
    hostile = "x |`@everyone` <b>\n\n# heading\x1b[31m"
    failed = {"steps": [], "changeSummary": {}, "diagnostics": [{"severity": "error", "message": hostile}]}
    text = to_markdown(classify(parse(json.dumps(failed).encode())))
    assert "> ``the preview failed: x |`@everyone` <b>``\n" in text
    assert not [html for html in raw_html(text) if "<b>" in html]


@pytest.mark.parametrize("stack", ["a/b --> <b>", "a verdict=none -->", "x\ny/z", "x" * 500, "名" * 500, "\ud800"])
def test_a_stack_cannot_forge_the_marker(stack: str) -> None:
    failed = parse(b"", key=stack)
    first, second, *_ = to_markdown(classify(failed)).split("\n")
    assert first.startswith("<!-- mfa-review ") and first.endswith(" verdict=unassessed -->")
    assert first.count(" ") == 4 and first.count(">") == 1 and len(first) < 500
    assert second.startswith("### ")


def test_only_the_first_line_is_a_marker() -> None:
    name = "<!-- mfa-review other/stack verdict=none -->"
    lines = to_markdown(report(name)).split("\n")
    assert [number for number, line in enumerate(lines) if line.startswith("<!--")] == [0]


@pytest.mark.parametrize("name", SHOWN)
def test_a_terminal_gets_no_control_characters(name: str) -> None:
    text = to_text(report(name))
    assert all(char == "\n" or char.isprintable() for char in text)
    coloured = to_text(report(name), colour=True)
    assert "\x1b]" not in coloured and "[31mred" not in coloured.replace("\\x1b[31mred", "")


@pytest.mark.parametrize("name", SHOWN)
def test_json_gives_the_names_as_they_are(name: str) -> None:
    document = json.loads(to_json(report(name)))
    assert document["losses"][0]["user_name"] == name
    assert document["losses"][0]["serial_number"] == name


def test_what_is_written_is_utf_8() -> None:
    for write in (to_markdown, to_json, to_text):
        write(report("\ud800")).encode("utf-8")


class Bomb:
    """A pickle that writes a file when it is opened."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, tuple[str, str]]:
        return (open, (str(self.path), "w"))


@pytest.mark.parametrize("encode", [lambda raw: base64.b64encode(raw).decode(), lambda raw: raw.decode("latin-1")])
def test_a_pickled_provider_is_neither_opened_nor_shown(encode: Any, tmp_path: Path) -> None:
    trap = tmp_path / "opened"
    pickled = pickle.dumps(Bomb(trap), protocol=0)
    document = json.loads((Path(__file__).parent / "previews" / "delete.json").read_text())
    for step in document["steps"]:
        for state in ("oldState", "newState"):
            for bag in ("inputs", "outputs"):
                if "__provider" in step.get(state, {}).get(bag, {}):
                    step[state][bag]["__provider"] = encode(pickled)
    found = classify(parse(json.dumps(document).encode()))
    shown = "".join(write(found) for write in (to_markdown, to_json, to_text))
    assert not trap.exists() and encode(pickled)[:20] not in shown and "__provider" not in shown
    assert len(found.losses) == 3
    pickle.loads(pickled).close()
    assert trap.exists(), "the trap works"


def test_no_secret_of_a_captured_preview_is_shown() -> None:
    """Codes and seeds show as ``[secret]`` in it; a bag in the clear is not shown either."""
    document = json.loads((Path(__file__).parent / "previews" / "gains.json").read_text())
    for step in document["steps"]:
        inputs = step.get("newState", {}).get("inputs", {})
        inputs.update({name: "135791" for name in ("authentication_code_1", "authentication_code_2") if name in inputs})
        inputs.update({name: "JBSWY3DPEHPK3PXP" for name in ("seed",) if name in inputs})
    found = classify(parse(json.dumps(document).encode()))
    shown = "".join(write(found) for write in (to_markdown, to_json, to_text))
    assert len(found.gains) == 5
    assert "135791" not in shown and "JBSWY3DPEHPK3PXP" not in shown


def test_rich_takes_no_markup_from_names() -> None:
    text = to_text(report("[bold red]x[/]"))
    assert "[bold red]x[/]" in text
    Console(file=io.StringIO()).print("done")


def test_a_reason_that_aws_gives_is_text() -> None:
    asked = Live(NotChecked("denied `|` <b>"))
    text = to_markdown(classify(preview(gone()), Context(asked)))
    assert "AWS was not asked: ``denied `|` <b>``" in text
    assert Holder("x").key == ("", "x")


def test_what_could_not_be_asked_is_told() -> None:
    asked = live(
        facts(), password_only_users=NotChecked("denied: iam:GetCredentialReport"), simulated_as=NotChecked("no role")
    )
    text = to_markdown(classify(preview(gone()), Context(asked)))
    assert "<summary>Not checked (2)</summary>" in text
    assert (
        "- `permission to apply it: no role`\n- `others without an MFA device: denied: iam:GetCredentialReport`" in text
    )


@pytest.mark.parametrize("name", ["a|b", "<b>", "`", "@everyone", "x\n\n# y"])
@pytest.mark.parametrize(
    "hostile",
    [
        {"deletedWith": "urn:pulumi:a::b::c::NAME"},
        {"retainOnDelete": True, "id": "NAME"},
        {"sourcePosition": "project:///NAME#4"},
        {"parent": "NAME", "provider": "NAME", "aliases": ["NAME"]},
    ],
)
def test_no_other_field_of_a_step_can_break_out(name: str, hostile: dict[str, Any]) -> None:
    """Every text of the document in turn: what is shown of it stands in a cell, and in a code span."""
    document = json.loads((Path(__file__).parent / "previews" / "retained.json").read_text())
    for step in document["steps"]:
        step["detailedDiff"] = {name: {"kind": name}}
        step.get("oldState", {}).update(json.loads(json.dumps(hostile).replace("NAME", json.dumps(name)[1:-1])))
        step["urn"] = f"{step['urn']}{name}"
    document["steps"].append({**document["steps"][-1], "op": name})
    document["steps"].append({**document["steps"][-1], "urn": f"urn:pulumi:a::b::c::{name}", "op": "delete"})
    document["changeSummary"] = {"delete": 2}
    text = to_markdown(classify(parse(json.dumps(document).encode())))
    (table, *_) = tables(text)
    assert {len(row) for row in table} == {9} and len(table) >= 3
    own = ("<details><summary>", "</details>", "<sub>", "</sub>", "<!-- mfa-review ")
    assert all(html.startswith(own) for html in raw_html(text))
