"""What is too long for GitHub: cut after a row, closed, counted; and the step's summary, which is cut in bytes."""

from __future__ import annotations

import re
from functools import partial
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from mfa_association.forges import cut as cutting
from mfa_association.forges.cut import in_bytes
from mfa_association.forges.github.summary import SUMMARY_BYTES
from tests.github.conftest import GREEN, LOSS, Step

fit = partial(cutting.fit, whose="GitHub")
HEAD = "| Risk | User |\n|------|:----:|\n"
NOTICE = re.compile(r"\*\*Cut here, at GitHub's limit: (\d+) of (\d+) rows of tables are left out\.\*\* There\.$")


def rows(count: int, name: str = "user") -> str:
    return "".join(f"| Low | `{name}-{number}` |\n" for number in range(count))


def table(text: str) -> list[str]:
    """The rows of all tables, as a CommonMark parser with tables sees them."""
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    depth = list(accumulate({"tbody_open": 1, "tbody_close": -1}.get(token.type, 0) for token in tokens))
    return [token.type for token, inside in zip(tokens, depth, strict=True) if inside and token.type == "tr_open"]


def test_what_fits_is_left_as_it_is() -> None:
    assert fit("x" * 9, 10, "There.") == "x" * 9
    assert fit(LOSS, 1000, "There.") == LOSS
    assert fit("x" * 10, 10, "There.") == ""


@pytest.mark.parametrize("limit", [200, 500, 1234, 5000])
def test_rows_are_whole_and_counted_exactly(limit: int) -> None:
    text = f"# Head\n\n{HEAD}{rows(300)}\n<details><summary>More</summary>\n\n{HEAD}{rows(200, 'other')}\n</details>\n"
    cut = fit(text, limit, "There.")
    assert len(cut) < limit
    found = NOTICE.search(cut)
    assert found
    assert (int(found[1]), int(found[2])) == (500 - len(table(cut)), 500)
    assert limit - len(cut) < 100, "as many rows as there is room for"
    assert set(cut.split("\n")) - set(text.split("\n")) <= {cut.rpartition("\n")[2], "</details>"}


def test_what_is_open_is_closed() -> None:
    folded = f"<details>\n<summary>A</summary>\n\n<details><summary>B</summary>\n\n{HEAD}{rows(99)}"
    assert "\n\n</details>\n</details>\n\n**Cut here" in fit(folded, 400, "There.")
    fenced = "````text\n```\n| not | a row |\n" + "x\n" * 300
    assert fit(fenced, 300, "There.").endswith(
        "x\n````\n\n**Cut here, at GitHub's limit: 0 of 0 rows of tables are left out.** There."
    )


def test_a_fence_that_was_closed_is_not_closed_again() -> None:
    cut = fit(f"```\nx\n```\n\n{HEAD}{rows(99)}", 300, "There.")
    assert cut.count("```") == 2


def test_what_closes_what_is_open_has_room_too() -> None:
    for limit in range(150, 400):
        cut = fit("<details>\n" * 40, limit, "There.")
        assert len(cut) < limit
        assert cut.count("<details>") == cut.count("</details>")


def test_an_end_without_a_beginning_closes_nothing_that_follows() -> None:
    assert "\n</details>\n\n**Cut" in fit(f"</details>\n<details>\n\n{HEAD}{rows(99)}", 300, "There.")


def test_a_fence_ends_by_nothing_but_a_fence() -> None:
    assert "\n```\n\n**Cut" in fit("```\n```python\n" + "| a | b |\n" * 99, 300, "There.")


def test_a_line_longer_than_the_limit_never_fails() -> None:
    assert fit(f"# Head\n{'x' * 999}\n", 200, "There.").startswith("# Head\n\n**Cut here")
    assert fit("x" * 999, 10, "There.") == ""


@given(
    st.lists(
        st.sampled_from([*HEAD.splitlines(), "| a | b |", "<details>", "</details>", "```", "~~~~", "é" * 40, ""])
    ),
    st.integers(0, 400),
    st.sampled_from([len, in_bytes]),
)
def test_no_text_is_ever_too_long(lines: list[str], limit: int, size: object) -> None:
    measure = len if size is len else in_bytes
    cut = fit("\n".join(lines), limit, "There.", measure)
    assert measure(cut) < limit or cut == ""


def test_the_summary_holds_every_review_without_its_marker(step: Step) -> None:
    names = [step.review(), step.review(GREEN, "none", "mfa/test", "test.md")]
    step.summary.write_text("before\n")
    step.comment(*names, "--step-summary", GITHUB_STEP_SUMMARY=str(step.summary))
    assert step.summary.read_text() == f"before\n{LOSS}\n{GREEN}\n"


@pytest.mark.long
def test_a_summary_that_would_be_dropped_is_cut_and_every_stack_has_a_share(step: Step) -> None:
    large = LOSS + rows(60_000, "üser")
    names = [step.review(large, stack=f"mfa/{name}", name=f"{name}.md") for name in ("a", "b", "c")]
    step.summary.write_text("x" * 1000)
    step.comment(step.review(GREEN, "none"), *names, "--step-summary", GITHUB_STEP_SUMMARY=str(step.summary))
    text = step.summary.read_text()
    assert SUMMARY_BYTES * 0.99 < in_bytes(text) < SUMMARY_BYTES
    assert text.count("**Cut here") == 3
    assert f"x{GREEN}\n" in text
    cut = re.findall(r"limit: (\d+) of 60001 rows of tables are left out", text)
    assert sum(map(int, cut)) == 3 * 60_001 - text.count("\n| Low ") - text.count("\n| Critical ")
