"""What a release is made of, and what its workflow does with it, with stand-ins for gh."""

from __future__ import annotations

import os
import re
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest
import release
import sbom
from provider_zip import STEM
from running import CommandFailed

from mfa_association import __version__
from mfa_association.terraform.install import PLATFORMS
from tests.examples.pipeline import git
from tests.support.yaml_files import read_yaml

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / ".github" / "workflows" / "release.yml").read_text()
WORKFLOW: dict[str, Any] = read_yaml(TEXT)
JOBS: dict[str, dict[str, Any]] = WORKFLOW["jobs"]
CHANGELOG = "# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2026-12-01\n\n### Added\n\n- it\n\n## [1.1.0]\n\n- old\n"


def test_the_notes_are_the_section_of_the_version() -> None:
    assert release.notes(CHANGELOG, "1.2.0") == "### Added\n\n- it"
    assert release.notes(CHANGELOG, "1.1.0") == "- old"


@pytest.mark.parametrize("heading", ["Unreleased", "1.2", "1x2.0", "9.9.9"])
def test_a_version_of_which_the_changelog_says_nothing_is_not_released(heading: str) -> None:
    with pytest.raises(CommandFailed, match=re.escape(f"CHANGELOG.md says nothing below ## [{heading}]")):
        release.notes(CHANGELOG, heading)


def test_a_tag_of_another_version_is_not_released(capsys: pytest.CaptureFixture[str]) -> None:
    assert release.main(["check", "v9.9.9"]) == 1
    assert capsys.readouterr().err == f"No release: the tag is v9.9.9, and the package is {__version__}.\n"


@pytest.mark.parametrize("arguments", [[], ["check"], ["upload"], ["files", "now"]])
def test_what_it_does_not_know_it_does_not_do(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert release.main(arguments) == 2
    assert "Usage: release.py" in capsys.readouterr().err


@pytest.fixture
def dist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "dist"
    folder.mkdir()
    monkeypatch.setattr(release, "DIST", folder)
    monkeypatch.setattr("provider_zip.DIST", folder)
    return folder


def test_a_platform_that_is_missing_is_no_release(dist: Path) -> None:
    for name in PLATFORMS[1:]:
        (dist / f"{STEM}_{name}.zip").touch()
    with pytest.raises(CommandFailed, match=f"no zip of the provider for {PLATFORMS[0]}: "):
        release.files(PLATFORMS, __version__)


def test_the_registries_tree_has_its_pages_at_the_root(dist: Path) -> None:
    release.tree()
    made = {str(path.relative_to(dist / release.TREE)) for path in (dist / release.TREE).rglob("*") if path.is_file()}
    assert {"LICENSE", "README.md", "docs/index.md", "terraform-registry-manifest.json"} <= made
    assert {"docs/resources/device_association.md", "docs/functions/roster.md"} <= made
    for link in re.findall(r"\]\((?!https:)([^)#]+)\)", (dist / release.TREE / "README.md").read_text()):
        assert (dist / release.TREE / link).exists(), link


def test_the_source_archive_holds_what_git_knows(dist: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release, "_run", lambda command, **_: "known\0" if command[0] == "git" else "")
    (dist / f"mfa_association-{__version__}-py3-none-any.whl").touch()
    says = {"": ["known", "PKG-INFO"], "git does not know: stray": ["known", "stray"], "lacks known: ": ["PKG-INFO"]}
    for fault, names in says.items():
        with tarfile.open(dist / f"mfa_association-{__version__}.tar.gz", "w:gz") as archive:
            for name in names:
                archive.add(ROOT / "LICENSE", f"mfa_association-{__version__}/{name}")
        if fault:
            with pytest.raises(CommandFailed, match=fault):
                release.archives()
        else:
            release.archives()


def test_a_program_that_is_missing_is_named(dist: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(dist))
    with pytest.raises(CommandFailed, match=r"^gpg is not installed$"):
        release.sign()


@pytest.mark.long
def test_the_package_needs_more_than_the_zips_hold() -> None:
    wheel = sbom.packages(("github", "sandbox", "terraform"))
    zips = sbom.packages(("terraform",), frozenset(sbom._NOT_IN_ZIPS))
    assert {"boto3", "pulumi", "moto", "h2", "pygithub", "urllib3"} <= set(wheel)
    assert {"boto3", "h2", "protobuf", "urllib3"} <= set(zips) <= set(wheel)
    assert {"pulumi", "grpcio", "rich", "moto", "pytest"}.isdisjoint(zips)


def test_the_tag_alone_starts_it_and_all_is_built_before_anything_is_uploaded() -> None:
    assert WORKFLOW[True] == {"push": {"tags": ["v*"]}}  # type: ignore[index]
    assert WORKFLOW["permissions"] == {}
    needs = {name: job.get("needs", []) for name, job in JOBS.items()}
    assert needs == {
        "python": [], "provider": [], "assemble": ["python", "provider"], "pypi": "assemble", "terraform": "assemble",
        "github": ["pypi", "terraform"],
    }  # fmt: skip


def test_what_may_write_or_sign_runs_nothing_that_was_built_elsewhere_and_waits_for_its_environment() -> None:
    secret = {name for name, job in JOBS.items() if "secrets." in str(job)}
    assert {name: JOBS[name].get("environment") for name in (*secret, "pypi")} == {
        "assemble": "release", "terraform": "release", "pypi": "pypi",
    }  # fmt: skip
    writing = {name: {key for key, how in job["permissions"].items() if how == "write"} for name, job in JOBS.items()}
    assert writing == {
        "python": set(), "provider": set(), "assemble": set(), "terraform": set(), "pypi": {"id-token"},
        "github": {"attestations", "contents", "id-token"},
    }  # fmt: skip
    assert not [step for job in JOBS.values() for step in job["steps"] if "cache" in str(step.get("with", ""))]


def test_each_platform_has_a_runner_of_its_own() -> None:
    runners = JOBS["provider"]["strategy"]["matrix"]["runner"]
    kinds = {
        f"{'darwin' if 'macos' in name else 'linux'}_{'arm64' if name in ('ubuntu-22.04-arm', 'macos-15') else 'amd64'}"
        for name in runners
    }
    assert kinds == set(PLATFORMS) and len(runners) == len(PLATFORMS)


GH = """#!/bin/sh
echo "$@" >> "$HOME/gh.log"
[ "$2" != view ] || [ -e "$HOME/released" ]
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A machine with a release to publish, and beside it GitHub with the provider's repository as it was."""
    hub = tmp_path / "hub" / "acme" / "terraform-provider-mfa"
    hub.mkdir(parents=True)
    git(hub, "init", "--quiet", "--initial-branch", "main")
    git(hub, "config", "receive.denyCurrentBranch", "ignore")
    for name in ("old.md", "docs/index.md"):
        (hub / name).parent.mkdir(exist_ok=True)
        (hub / name).write_text("old")
    git(hub, "add", "--all")
    git(hub, "commit", "--quiet", "--message", "Release v0.0.9")
    home = tmp_path / "home"
    tree = home / "dist" / "terraform-provider-mfa"
    (tree / "docs").mkdir(parents=True)
    (tree / "docs" / "index.md").write_text("new")
    (home / "dist" / "terraform-provider-mfa_1.2.0_linux_amd64.zip").touch()
    (home / "dist" / "mfa_association-1.2.0.tar.gz").touch()
    (home / "bin").mkdir()
    (home / "bin" / "gh").write_text(GH)
    (home / "bin" / "gh").chmod(0o755)
    return home


def publish(home: Path, job: str) -> int:
    """Run the script of a job as GitHub does."""
    script = next(step["run"] for step in JOBS[job]["steps"] if step.get("id") == "publish")
    env = {
        "PATH": f"{home}/bin:/usr/bin:/bin", "HOME": str(home), "TAG": "v1.2.0", "GH_REPO": "acme/terraform-provider-mfa",
        "GITHUB_SERVER_URL": (home.parent / "hub").as_uri(), "GIT_CONFIG_NOSYSTEM": "1",
    }  # fmt: skip
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    return subprocess.run(command, cwd=home, env=env, check=False, capture_output=True).returncode


@pytest.mark.long
def test_the_providers_repository_becomes_the_tree_and_a_second_run_changes_nothing(home: Path) -> None:
    hub = home.parent / "hub" / "acme" / "terraform-provider-mfa"
    assert publish(home, "terraform") == 0
    assert git(hub, "ls-tree", "-r", "--name-only", "main").split() == ["docs/index.md"]
    assert git(hub, "show", "v1.2.0:docs/index.md") == "new"
    assert git(hub, "rev-parse", "main") == git(hub, "rev-parse", "v1.2.0")
    head = git(hub, "rev-parse", "main")
    (home / "released").touch()
    subprocess.run(["rm", "-rf", "repository"], cwd=home, check=True)
    assert publish(home, "terraform") == 0
    assert git(hub, "rev-parse", "main") == head
    calls = [line for line in (home / "gh.log").read_text().splitlines() if line.startswith("release ")]
    files = "dist/terraform-provider-mfa_1.2.0_linux_amd64.zip"
    made = f"release create v1.2.0 --verify-tag --title v1.2.0 --notes-file dist/notes.md {files}"
    assert calls == ["release view v1.2.0", made, "release view v1.2.0"]


def test_a_release_that_is_there_already_is_left_as_it_is(home: Path) -> None:
    for there in (False, True):
        if there:
            (home / "released").touch()
        assert publish(home, "github") == 0
    calls = (home / "gh.log").read_text().splitlines()
    assert [line.split()[1] for line in calls] == ["view", "create", "view"]
    assert calls[1].endswith("--notes-file dist/notes.md dist/mfa_association-1.2.0.tar.gz")


def test_the_notes_name_what_infra_repos_call() -> None:
    text = release.pinned("a" * 40)
    assert set(re.findall(r"workflows/(\w+)\.yml", text)) == {"pulumi", "terraform", "drift"}
    assert text.count(f"@{'a' * 40} # v{__version__}") == 4
    assert os.linesep not in release.REPOSITORY
