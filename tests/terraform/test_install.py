"""Where the shim goes, and that nothing else lies beside it."""

from __future__ import annotations

import os
import platform
import stat
import sys
from pathlib import Path

import pytest

from mfa_association import __version__
from mfa_association.errors import MfaError
from mfa_association.terraform.install import PLATFORMS, cli_configuration, install, this_platform
from mfa_association.terraform.shim import shim


def test_both_registries_get_the_same_bytes_for_every_platform(tmp_path: Path) -> None:
    files = install(tmp_path, PLATFORMS)
    assert [str(file.relative_to(tmp_path)) for file in files] == [
        f"{host}/mfa-association/mfa/{__version__}/{platform}/terraform-provider-mfa_v{__version__}"
        for host in ("registry.terraform.io", "registry.opentofu.org")
        for platform in PLATFORMS
    ]
    assert {file.read_bytes() for file in files} == {shim(__version__)}
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o755}
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == sorted(files)


def test_it_can_be_repeated_and_repairs(tmp_path: Path) -> None:
    (first, *_) = install(tmp_path, ["linux_amd64"])
    first.write_text("broken")
    first.chmod(0o600)
    assert install(tmp_path, ["linux_amd64"])[0] == first
    assert (first.read_bytes(), os.access(first, os.X_OK)) == (shim(__version__), True)


def test_what_would_change_the_hash_is_refused(tmp_path: Path) -> None:
    (first, *_) = install(tmp_path, ["linux_amd64"])
    (first.parent / "README").touch()
    with pytest.raises(MfaError, match="its folder holds README too, which would change its hash; correct it"):
        install(tmp_path, ["linux_amd64"])


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(MfaError, match=r"installing the provider \(.*\): Not a directory; correct it"):
        install(tmp_path / "file", ["linux_amd64"])


@pytest.mark.parametrize(
    ("system", "machine", "told"),
    [
        ("linux", "x86_64", "linux_amd64"),
        ("linux", "aarch64", "linux_arm64"),
        ("darwin", "arm64", "darwin_arm64"),
        ("darwin", "x86_64", "darwin_amd64"),
    ],
)
def test_platforms_are_called_as_go_calls_them(
    monkeypatch: pytest.MonkeyPatch, system: str, machine: str, told: str
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(platform, "machine", lambda: machine)
    assert this_platform() == told


def test_a_platform_without_a_shell_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(MfaError, match="use the self-contained build"):
        this_platform()


def test_the_cli_configuration_takes_only_this_provider_from_the_mirror(tmp_path: Path) -> None:
    text = cli_configuration(tmp_path)
    ours = '["registry.terraform.io/mfa-association/mfa", "registry.opentofu.org/mfa-association/mfa"]'
    assert f'path    = "{tmp_path}"\n    include = {ours}\n' in text
    assert f"direct {{\n    exclude = {ours}\n" in text
