"""The roster before a change, asked of a real git, which runs nothing that the repository wants to be run."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from mfa_association.cli import main
from mfa_association.cli.base_roster import text_before
from mfa_association.cli.changed import changed_since
from tests.cli.test_review_base import DELETE, commit, git
from tests.review.samples import ROSTER

BEFORE, AFTER = "users:\n  bob: [GAHT12345678]\n", "users: {}\n"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a roster on `main`, and a branch without its line that is checked out."""
    folder = tmp_path / "repository"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("NO_COLOR", "1")
    git(folder, "init", "-q", "-b", "main")
    commit(folder, roster__dot__yaml=BEFORE)
    git(folder, "checkout", "-q", "-b", "change")
    commit(folder, roster__dot__yaml=AFTER)
    return folder


def as_it_is(repository: Path) -> None:
    """The branch `change` of `main`."""


def other_name(repository: Path) -> None:
    git(repository, "branch", "-m", "main", "trunk")


def remote(repository: Path) -> None:
    """What the remote calls its default counts, whatever else there is."""
    git(repository, "update-ref", "refs/remotes/origin/trunk", "main")
    git(repository, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk")
    git(repository, "branch", "-f", "main", "change")


def remotes_branch(repository: Path) -> None:
    """What was pulled counts, and not what a stale branch has."""
    git(repository, "update-ref", "refs/remotes/origin/main", "main")
    git(repository, "branch", "-f", "main", "change")


def two_names(repository: Path) -> None:
    git(repository, "branch", "master", "main")


def moved_on(repository: Path) -> None:
    """What the default branch got meanwhile is not the base."""
    git(repository, "checkout", "-q", "main")
    commit(repository, roster__dot__yaml="users:\n  carol: [GAHT87654321]\n")
    git(repository, "checkout", "-q", "change")


def not_committed(repository: Path) -> None:
    git(repository, "checkout", "-q", "main")
    (repository / "roster.yaml").write_text(AFTER)


def two_bases(repository: Path) -> None:
    """Two branches that were merged into one another."""
    git(repository, "checkout", "-q", "main")
    commit(repository, other="")
    second = "change~0"
    git(repository, "merge", "-q", "--no-edit", "-s", "ours", second)
    git(repository, "checkout", "-q", "-B", "change", second)
    git(repository, "merge", "-q", "--no-edit", "-s", "ours", "main^1")


def unrelated(repository: Path) -> None:
    git(repository, "checkout", "-q", "--orphan", "alone")
    commit(repository, roster__dot__yaml=AFTER)


def no_commit(repository: Path) -> None:
    git(repository, "checkout", "-q", "--orphan", "alone")


def no_such_file(repository: Path) -> None:
    git(repository, "mv", "roster.yaml", "other.yaml")
    git(repository, "commit", "-q", "--amend", "-m", "a")
    git(repository, "branch", "-f", "main", "change")


def in_pieces(repository: Path) -> None:
    (repository / ".git" / "HEAD").write_text("nonsense")


@pytest.mark.long
@pytest.mark.parametrize(
    ("prepare", "text"),
    [
        (as_it_is, BEFORE),
        (remote, BEFORE),
        (remotes_branch, BEFORE),
        (moved_on, BEFORE),
        (not_committed, BEFORE),
        (other_name, AFTER),
        (two_names, AFTER),
        (two_bases, None),
        (unrelated, None),
        (no_commit, None),
        (no_such_file, None),
        (in_pieces, None),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_git_tells(
    repository: Path, capfd: pytest.CaptureFixture[str], prepare: Callable[[Path], None], text: str | None
) -> None:
    prepare(repository)
    capfd.readouterr()
    assert text_before("roster.yaml") == text
    assert capfd.readouterr() == ("", "")


def test_a_base_that_is_named_counts(repository: Path) -> None:
    assert text_before("roster.yaml", "change") == AFTER
    assert text_before("roster.yaml", "--output=x") is None


def test_a_roster_may_lie_anywhere_in_the_repository(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repository / "below").mkdir()
    monkeypatch.chdir(repository / "below")
    assert text_before("../roster.yaml") == text_before(str(repository / "roster.yaml")) == BEFORE
    assert text_before("roster.yaml") is None
    monkeypatch.chdir(repository.parent)
    assert text_before("repository/roster.yaml") is None


def test_no_git_is_no_trouble(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert text_before("roster.yaml") is None


def test_nothing_that_the_repository_configures_is_run(repository: Path) -> None:
    """A clone comes without these; an unpacked archive, or a folder that others can write, does not."""
    ran = repository / "ran"
    script = repository / "script"
    script.write_text(f"#!/bin/sh\necho $0 $* >> {shlex.quote(str(ran))}\nexit 1\n")
    script.chmod(0o755)
    for hook in ("post-index-change", "pre-auto-gc", "reference-transaction", "post-checkout"):
        (repository / ".git" / "hooks" / hook).write_bytes(script.read_bytes())
        (repository / ".git" / "hooks" / hook).chmod(0o755)
    for name in ("core.fsmonitor", "diff.external", "diff.evil.textconv", "filter.evil.smudge", "core.pager", "core.editor",
                 "core.sshCommand", "core.alternateRefsCommand", "core.gitProxy", "credential.helper", "pager.cat-file"):  # fmt: skip
        git(repository, "config", name, str(script))
    (repository / ".git" / "info" / "attributes").write_text("*.yaml diff=evil filter=evil\n")
    for name, value in {"core.repositoryformatversion": "1", "extensions.partialClone": "origin"}.items():
        git(repository, "config", name, value)
    git(repository, "config", "remote.origin.url", f"ext::{script} %S")
    git(repository, "config", "remote.origin.promisor", "true")
    git(repository, "config", "protocol.ext.allow", "always")
    assert text_before("roster.yaml") == BEFORE
    blob = os.popen("git rev-parse main:roster.yaml").read().strip()
    (repository / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    ran.unlink(missing_ok=True)
    assert text_before("roster.yaml") is None
    assert not ran.exists()


def test_the_changed_files_are_found_without_the_repositorys_monitor(repository: Path) -> None:
    ran = repository.parent / "ran"
    git(repository, "config", "core.fsmonitor", f"touch {shlex.quote(str(ran))}; false")
    assert changed_since("main", ()).files == ()
    assert not ran.exists()


def test_an_object_that_stands_for_another_is_not_taken(repository: Path) -> None:
    git(repository, "replace", "main:roster.yaml", "change:roster.yaml")
    assert text_before("roster.yaml") == BEFORE


@pytest.mark.long
@pytest.mark.parametrize("arguments", [[], ["--roster", "roster.yaml"], ["--base", "main"]])
def test_a_review_names_the_line_that_goes(
    repository: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    git(repository, "checkout", "-q", "main")
    commit(repository, roster__dot__yaml=ROSTER)
    git(repository, "checkout", "-q", "-B", "change")
    commit(repository, roster__dot__yaml="users:\n  bob:\n    - GAHT12345678\n")
    assert main(["review", DELETE, "--format", "json", *arguments]) == 0
    losses = json.loads(capsys.readouterr().out)["losses"]
    assert {one["user_name"]: one["declared_at"]["line"] for one in losses} == {"alice": 4, "carol": 9, "dave": 11}
    assert {one["declared_at"]["file"] for one in losses} == {"roster.yaml"}


@pytest.mark.long
@pytest.mark.parametrize("arguments", [[], ["--roster", "roster.yaml"], ["--base", "main"]])
def test_a_requirement_that_goes_is_seen_without_the_former_roster(
    repository: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    git(repository, "checkout", "-q", "main")
    commit(repository, roster__dot__yaml=f"defaults: {{require_certification: FIDO}}\n{ROSTER}")
    git(repository, "checkout", "-q", "-B", "change")
    commit(repository, roster__dot__yaml=ROSTER)
    assert main(["review", DELETE, "--format", "json", *arguments]) == 0
    kinds = [one["kind"] for one in json.loads(capsys.readouterr().out)["changes"]]
    assert kinds == ["certification-loosened"]


def test_a_roster_that_is_none_costs_its_lines_only(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(repository, "checkout", "-q", "main")
    commit(repository, roster__dot__yaml="users: [")
    assert main(["review", DELETE, "--format", "json"]) == 0
    assert "roster.yaml" not in {
        one["declared_at"]["file"] for one in json.loads(capsys.readouterr().out)["losses"] if one["declared_at"]
    }
