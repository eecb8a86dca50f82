"""The zip of `make dist-terraform`, which runs this: both engines take it from a mirror and need no Python of ours."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from mfa_association import __version__
from mfa_association.sandbox import Sandbox
from mfa_association.terraform.install import HOSTS, cli_configuration, this_platform
from mfa_association.tokens import TERRAFORM_PROVIDER
from tests.support.programs import DAVES, TOKEN
from tests.support.stack import ACCOUNT
from tests.support.terraform_project import ROSTER, Project

DIST = Path(__file__).parents[3] / "dist"
STEM = f"terraform-provider-mfa_{__version__}"


@pytest.fixture(scope="session")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A filesystem mirror in the packed layout."""
    folder = tmp_path_factory.mktemp("mirror")
    for host in HOSTS:
        (folder / host / TERRAFORM_PROVIDER).mkdir(parents=True)
        (folder / host / TERRAFORM_PROVIDER / f"{STEM}_{this_platform()}.zip").hardlink_to(
            DIST / f"{STEM}_{this_platform()}.zip"
        )
    return folder


def test_it_binds_and_unbinds(box: Sandbox, program: Path, mirror: Path, tmp_path: Path) -> None:
    home, folder = tmp_path / "home", tmp_path / "project"
    home.mkdir()
    folder.mkdir()
    (home / "rc").write_text(cli_configuration(mirror))
    alone = {"PATH": str(program.parent), "TF_CLI_CONFIG_FILE": str(home / "rc")}
    project = Project(folder, program, home, box.url, env=alone, main=ROSTER)
    project.lines(bob=[TOKEN], dave=[DAVES])
    made = project.apply()
    assert (made.code, set(project.state())) == (0, {TOKEN, DAVES.rpartition(":")[2]}), made.raw
    project.settle()
    project.lines(bob=[TOKEN])
    removed = project.apply()
    assert (removed.code, "dave" in box.holders(ACCOUNT)) == (0, False), removed.raw
    assert list(folder.glob(".terraform/providers/**/_internal")), "the provider came from the zip"


def test_the_sums_are_those_of_the_files() -> None:
    lines = (DIST / f"{STEM}_SHA256SUMS").read_text().splitlines()
    told = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    assert {f"{STEM}_manifest.json", f"{STEM}_{this_platform()}.zip"} <= set(told)
    assert told == {name: hashlib.sha256((DIST / name).read_bytes()).hexdigest() for name in told}
