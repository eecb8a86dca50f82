"""What a job is told wrongly: one sentence, and nothing is posted."""

from __future__ import annotations

import pytest

from tests.gitlab.conftest import LOSS, STACK, Job
from tests.gitlab.standin import TOKEN
from tests.support.rest import Wrong

NO_TOKEN = "finding the token: GITLAB_TOKEN holds none, and CI_JOB_TOKEN may not write notes; give the job a project"
WRONG = (
    Wrong("no file", ["none.md"], {}, "reading review (none.md): No such file or directory; nothing was posted"),
    Wrong("a note taken from GitLab", ["posted.md"], {}, "reading review (posted.md): its first line is not the one"),
    Wrong("a project that is none", ["--project", "acme"], {}, "finding the project ('acme'): it is not GROUP/PROJECT"),
    Wrong("no project", [], {"CI_MERGE_REQUEST_PROJECT_PATH": ""}, "finding the project (''): it is not GROUP/PROJECT"),
    Wrong("a project with a question", ["--project", "a/b?c=d"], {}, "finding the project ('a/b?c=d')"),
    Wrong("a pipeline of a branch", [], {"CI_MERGE_REQUEST_IID": ""}, "finding the merge request: the job's pipeline"),
    Wrong("a merge request that is none", [], {"CI_MERGE_REQUEST_IID": "../1"}, "finding the merge request: the job's"),
    Wrong("a merge request below 1", ["--merge-request", "0"], {}, "finding the merge request: the job's pipeline is"),
    Wrong("no pipeline", [], {"CI_PIPELINE_ID": ""}, "finding the run (''): it is not a number such as 17 or 17.2"),
    Wrong("a run that is none", ["--run", "v17"], {}, "finding the run ('v17'): it is not a number"),
    Wrong("no token", [], {"GITLAB_TOKEN": "", "CI_JOB_TOKEN": "glcbt-x"}, NO_TOKEN),
    Wrong("half a header", [], {"GITLAB_TOKEN": f"{TOKEN}\nX: y"}, NO_TOKEN),
    Wrong("a token in the clear", [], {"CI_SERVER_URL": "http://gitlab.acme.example"}, "finding the API ('http://gitl"),
    Wrong("another scheme", ["--api-url", "file:///etc"], {}, "finding the API ('file:///etc'): it is not an address"),
    Wrong("a login in the address", ["--api-url", "https://me:pw@gl.example"], {}, "finding the API ('https://me"),
    Wrong("a summary", ["--step-summary"], {}, "writing the step summary: GITHUB_STEP_SUMMARY names no file"),
)


@pytest.mark.parametrize("case", WRONG, ids=lambda case: case.reason)
def test_what_is_wrong_is_said_and_nothing_is_posted(job: Job, case: Wrong) -> None:
    (job.folder / "posted.md").write_text(f"<!-- mfa-review {STACK} verdict=low run=1.1 -->\n{LOSS}")
    files = [argument for argument in case.arguments if argument.endswith(".md")] or [job.review()]
    others = [argument for argument in case.arguments if argument not in files]
    ended = job.comment(*files, *others, **case.env)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith(f"mfa-association: {case.sentence}"), ended.err
    assert ended.err.count("\n") == 1
    assert TOKEN not in ended.err
    assert job.lab.calls == []
