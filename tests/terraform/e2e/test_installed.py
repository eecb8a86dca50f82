"""The provider as it is installed: found without configuration, locked by one hash everywhere, its faults said in words."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from mfa_association import __version__
from mfa_association.sandbox import Sandbox
from mfa_association.terraform.install import PLATFORMS, cli_configuration, implied_mirror, install, this_platform
from tests.support.programs import TOKEN
from tests.support.terraform_project import REQUIRED, ROSTER, SCRIPTS, Project, environment


def _run(program: Path, folder: Path, home: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    env = {**environment(home), **env}
    command = [str(program), *arguments, "-no-color"]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def _locked(folder: Path) -> list[str]:
    return re.findall(r'"(h1:[^"]+)"', (folder / ".terraform.lock.hcl").read_text())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "module"
    made.mkdir()
    (made / "main.tf").write_text(REQUIRED)
    return made


def test_a_lock_file_of_one_machine_holds_on_another(program: Path, folder: Path, tmp_path: Path) -> None:
    """Other user, other place of the virtualenv: `init` accepts what the first one locked."""
    homes = [tmp_path / "one", tmp_path / "other"]
    for home in homes:
        install(implied_mirror(home), [this_platform()])
    assert _run(program, folder, homes[0], "init").returncode == 0
    locked = _locked(folder)
    shutil.rmtree(folder / ".terraform")
    again = _run(program, folder, homes[1], "init", "-lockfile=readonly")
    assert again.returncode == 0, again.stderr
    assert (_locked(folder), len(locked)) == (locked, 1)


def test_a_mirror_locks_every_platform_with_the_same_hash(program: Path, folder: Path, tmp_path: Path) -> None:
    mirror, home = tmp_path / "mirror", tmp_path / "home"
    home.mkdir()
    install(mirror, PLATFORMS)
    (home / "rc").write_text(cli_configuration(mirror))
    config = {"TF_CLI_CONFIG_FILE": str(home / "rc")}
    assert _run(program, folder, home, "init", **config).returncode == 0
    locked = _locked(folder)
    platforms = [f"-platform={platform}" for platform in PLATFORMS]
    done = _run(program, folder, home, "providers", "lock", f"-fs-mirror={mirror}", *platforms, **config)
    assert done.returncode == 0, done.stderr
    assert (_locked(folder), len(locked)) == (locked, 1)


def test_without_the_package_on_path_the_engine_says_what_to_do(
    program: Path, folder: Path, home: Path, tmp_path: Path
) -> None:
    assert _run(program, folder, home, "init").returncode == 0
    (folder / "main.tf").write_text(REQUIRED + 'data "mfa_device_holders" "all" {}\n')
    done = _run(program, folder, home, "validate", PATH="/usr/bin:/bin")
    said = " ".join(re.sub(r"[│╷╵]", " ", done.stdout + done.stderr).split())
    assert done.returncode == 1
    assert "terraform-provider-mfa is not on PATH; activate its virtualenv or set MFA_ASSOCIATION_PROVIDER" in said


def test_another_version_than_the_locked_one_is_refused(
    program: Path, folder: Path, home: Path, tmp_path: Path
) -> None:
    assert _run(program, folder, home, "init").returncode == 0
    (folder / "main.tf").write_text(REQUIRED + 'data "mfa_device_holders" "all" {}\n')
    newer = tmp_path / "newer"
    newer.write_text(f'#!/bin/sh\nexec "{SCRIPTS}/terraform-provider-mfa" --release 9.9.9\n')
    newer.chmod(0o755)
    done = _run(program, folder, home, "validate", MFA_ASSOCIATION_PROVIDER=str(newer))
    said = " ".join(re.sub(r"[│╷╵]", " ", done.stdout + done.stderr).split())
    assert f"9.9.9 is locked and {__version__} is installed" in said


def test_the_commands_install_what_the_doctor_finds_well(program: Path, tmp_path: Path) -> None:
    env = {**environment(tmp_path), "PATH": f"{SCRIPTS}:{program.parent}:/usr/bin:/bin"}

    def say(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(SCRIPTS / "mfa-association"), "terraform", *arguments]
        return subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)

    before = say("doctor")
    assert (before.returncode, before.stdout.count("wrong: ")) == (3, 2), before.stdout
    installed = say("install")
    assert installed.returncode == 0, installed.stderr
    assert installed.stdout.count("written: ") == 2
    after = say("doctor")
    assert (after.returncode, after.stdout.count("wrong: ")) == (0, 0), after.stdout


def test_a_long_temporary_folder_and_a_home_that_cannot_be_written(
    box: Sandbox, program: Path, home: Path, tmp_path: Path
) -> None:
    long = tmp_path / ("x" * 120)
    folder = tmp_path / "module"
    for made in (long, folder):
        made.mkdir()
    project = Project(folder, program, home, box.url, env={"TMPDIR": str(long)}, main=ROSTER)
    project.lines(bob=[TOKEN])
    project.env["HOME"] = "/proc/nowhere"
    done = project.apply()
    assert (done.code, list(project.state())) == (0, [TOKEN]), done.raw
    assert os.listdir(long) == [] and json.loads((folder / "terraform.tfstate").read_text())
