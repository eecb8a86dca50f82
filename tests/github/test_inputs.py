"""What a step is told wrongly: one sentence, and nothing is posted."""

from __future__ import annotations

import pytest

from tests.github.conftest import LOSS, STACK, Step
from tests.github.standin import TOKEN
from tests.support.rest import Wrong

NOT_OURS = "its first line is not the one that `mfa-association review` writes; nothing was posted, make it again"
WRONG = (
    Wrong("no file", ["none.md"], {}, "reading review (none.md): No such file or directory; nothing was posted"),
    Wrong("not UTF-8", ["latin.md"], {}, "reading review (latin.md): the text is not UTF-8; nothing was posted"),
    Wrong("an empty file", ["empty.md"], {}, f"reading review (empty.md): {NOT_OURS}"),
    Wrong("no marker", ["plain.md"], {}, f"reading review (plain.md): {NOT_OURS}"),
    Wrong("a comment taken from GitHub", ["posted.md"], {}, f"reading review (posted.md): {NOT_OURS}"),
    Wrong("a stack twice", ["review.md", "again.md"], {}, f"reading reviews: 2 files speak of stack {STACK}"),
    Wrong(
        "a repository that is none", ["--repository", "acme"], {}, "finding the repository ('acme'): it is not OWNER"
    ),
    Wrong("a repository with a path", ["--repository", "a/b/../c"], {}, "finding the repository ('a/b/../c')"),
    Wrong("no repository", [], {"GITHUB_REPOSITORY": ""}, "finding the repository (''): it is not OWNER/NAME; give"),
    Wrong("no event", [], {"GITHUB_EVENT_PATH": ""}, "finding the pull request: the workflow's event is not about one"),
    Wrong("a push", [], {"GITHUB_EVENT_PATH": "push.json"}, "finding the pull request: the workflow's event is not"),
    Wrong("an event that is a list", [], {"GITHUB_EVENT_PATH": "list.json"}, "finding the pull request: the workflow"),
    Wrong("no such event", [], {"GITHUB_EVENT_PATH": "none.json"}, "reading the workflow's event (none.json): "),
    Wrong("an event that is no JSON", [], {"GITHUB_EVENT_PATH": "plain.md"}, "reading the workflow's event (plain.md)"),
    Wrong("an event with a number too long to read", [], {"GITHUB_EVENT_PATH": "long.json"}, "reading the workflow's"),
    Wrong("a pull request below 1", ["--pull-request", "0"], {}, "finding the pull request: the workflow's event"),
    Wrong("no run", [], {"GITHUB_RUN_ID": ""}, "finding the run (''): it is not a number such as 17 or 17.2; give"),
    Wrong("a run that is none", ["--run", "v17"], {}, "finding the run ('v17'): it is not a number"),
    Wrong("no token", [], {"GH_TOKEN": ""}, "finding the token: neither GH_TOKEN nor GITHUB_TOKEN holds one"),
    Wrong("half a header", [], {"GH_TOKEN": f"{TOKEN}\nX: y"}, "finding the token: neither GH_TOKEN nor GITHUB_TOKEN"),
    Wrong("a token in the clear", ["--api-url", "http://ghe.acme.example/api/v3"], {}, "finding the API ('http://ghe"),
    Wrong("another scheme", ["--api-url", "file:///etc"], {}, "finding the API ('file:///etc'): it is not an address"),
    Wrong("a login in the address", ["--api-url", "https://me:pw@ghe.example"], {}, "finding the API ('https://me"),
    Wrong("no summary", ["--step-summary"], {}, "writing the step summary: GITHUB_STEP_SUMMARY names no file"),
    Wrong(
        "a summary that is a folder", ["--step-summary"], {"GITHUB_STEP_SUMMARY": "."}, "writing the step summary (.)"
    ),
)


@pytest.mark.parametrize("case", WRONG, ids=lambda case: case.reason)
def test_what_is_wrong_is_said_and_nothing_is_posted(step: Step, case: Wrong) -> None:
    files = [argument for argument in case.arguments if argument.endswith(".md")] or [step.review()]
    step.review()
    step.review(name="again.md")
    texts = {"empty.md": "", "plain.md": "# Review\n", "push.json": '{"after": "1"}', "list.json": "[7]"}
    texts["long.json"] = f'{{"number": {"9" * 5000}}}'
    texts["posted.md"] = f"<!-- mfa-review {STACK} verdict=low run=1.1 -->\n{LOSS}"
    for name, text in texts.items():
        (step.folder / name).write_text(text)
    (step.folder / "latin.md").write_bytes(b"\xff")
    ended = step.comment(*files, *[argument for argument in case.arguments if argument not in files], **case.env)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith(f"mfa-association: {case.sentence}"), ended.err
    assert ended.err.count("\n") == 1
    assert TOKEN not in ended.err
    assert step.hub.calls == []


def test_all_files_are_read_before_anything_is_posted(step: Step) -> None:
    assert step.comment(step.review(), "none.md").code == 1
    assert step.hub.calls == []


def test_arguments_stand_above_the_environment(step: Step) -> None:
    wrong = {"GITHUB_REPOSITORY": "acme/other", "GITHUB_EVENT_PATH": "none.json", "GITHUB_API_URL": "https://x.invalid"}
    wrong["GITHUB_RUN_ATTEMPT"] = "4"
    arguments = ["--repository", "acme/infra", "--pull-request", "7", "--api-url", f"{step.hub.url}/"]
    assert step.comment(step.review(), *arguments, run="9", **wrong).code == 0
    assert step.hub.bodies()[0].startswith(f"<!-- mfa-review {STACK} verdict=critical run=9.1 -->\n")


def test_the_command_takes_no_token(step: Step, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        step.comment("--token", TOKEN, step.review())
    assert "unrecognized arguments" in capsys.readouterr().err
