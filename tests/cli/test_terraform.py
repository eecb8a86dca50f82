"""`mfa-association terraform`: what it writes, says and ends with."""

from __future__ import annotations

from pathlib import Path

import pytest

from mfa_association import __version__
from mfa_association.cli import main
from mfa_association.terraform.install import PLATFORMS, cli_configuration


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("TF_CLI_CONFIG_FILE", raising=False)
    return tmp_path


def test_a_mirror_is_written_for_all_platforms_and_says_how_engines_learn_of_it(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mirror = home / "mirror"
    assert main(["terraform", "install", "--mirror", str(mirror)]) == 0
    told = capsys.readouterr().out
    assert told.count(f"written: {mirror}/") == 2 * len(PLATFORMS)
    assert f'mfa = {{ source = "mfa-association/mfa", version = "{__version__}" }}' in told
    assert told.endswith(cli_configuration(mirror))
    assert not (home / ".terraform.d").exists()


def test_without_a_mirror_it_is_where_engines_look_anyway(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["terraform", "install"]) == 0
    assert capsys.readouterr().out.count(f"written: {home}/.terraform.d/plugins/registry.") == 2
    assert len(list((home / ".terraform.d/plugins").rglob("terraform-provider-mfa_*"))) == 2


@pytest.mark.parametrize("named", [None, "elsewhere"])
def test_for_pulumi_it_is_where_its_bridge_looks(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], named: str | None
) -> None:
    monkeypatch.delenv("PULUMI_HOME", raising=False)
    if named:
        monkeypatch.setenv("PULUMI_HOME", str(home / named))
    assert main(["terraform", "install", "--pulumi"]) == 0
    told = capsys.readouterr().out
    assert told.count(f"written: {home / (named or '.pulumi')}/dynamic_tf_plugins/registry.") == 2
    assert told.endswith("`pulumi package add terraform-provider mfa-association/mfa`\n")


def test_the_doctor_ends_with_3_where_something_is_wrong(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["terraform", "doctor"]) == 3
    told = capsys.readouterr().out.splitlines()
    assert {line.partition(": ")[0] for line in told} == {"ok", "wrong"}
    assert "wrong: neither terraform nor tofu is on PATH: install one of them" in told


def test_a_home_that_cannot_be_written_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOME", "/proc/nowhere")
    assert main(["terraform", "install"]) == 1
    told = capsys.readouterr().err
    assert told.startswith("mfa-association: installing the provider (/proc/nowhere/") and told.count("\n") == 1
