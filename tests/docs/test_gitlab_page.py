"""docs/gitlab.md says what `comment` prints, what passes the gate and what is counted: it is done here and compared."""

from __future__ import annotations

import re
from pathlib import Path

from mfa_association.forges.gitlab.job import NOTE_CHARACTERS
from mfa_association.review.gitlab_terraform import to_gitlab_terraform
from tests.examples.gitlab_ci import FILE
from tests.examples.test_gitlab import DOCUMENT, JOBS
from tests.gitlab.conftest import Job, job, lab
from tests.review.samples import samples

__all__ = ["job", "lab"]
PAGE = (Path(__file__).parents[2] / "docs" / "gitlab.md").read_text()


def section(heading: str) -> str:
    return PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def test_the_example_is_what_is_printed(job: Job) -> None:
    name = job.review()
    assert f"$ mfa-association comment {name}\n{job.comment(name).out}```\n" in PAGE


def test_the_counts_are_what_is_written() -> None:
    written = to_gitlab_terraform(samples()["gains"])
    assert f"$ mfa-association review preview.json --format gitlab-terraform\n{written}```\n" in section("The widget")


def test_the_page_names_the_jobs_and_the_steps_that_apply() -> None:
    tables = section("Three jobs").split("\n\n")
    jobs = next(table for table in tables if table.lstrip().startswith("| job |")).strip().splitlines()[2:]
    assert [line.split("`")[1] for line in jobs] == list(JOBS)
    script = "\n".join(DOCUMENT["apply"]["script"])
    places = [script.index(words) for words in ("ls-remote", "pulumi preview", "mfa-association review", "pulumi up")]
    assert places == sorted(places)
    steps = next(table for table in tables if table.startswith("| step |"))
    for command in re.findall(r"`((?:pulumi|mfa-association) [^`]+)`", steps):
        assert all(word in script for word in command.split()), command


def test_limits_are_those_of_the_code_and_the_pipeline() -> None:
    assert f"{NOTE_CHARACTERS:,} characters" in section("The note")
    (limit,) = set(re.findall(r"[0-9]{6}", FILE.read_text().partition("size=")[2].partition("cat review")[0]))
    assert f"{int(limit):,} bytes" in section("Three jobs")
