"""How the self-contained provider is packed. `make dist-terraform` builds it and tries it in both engines."""

from __future__ import annotations

import hashlib
import sysconfig
import zipfile
from pathlib import Path

import provider_zip
import pytest
from provider_zip import STEM, pack, sums


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "built"
    (made / "_internal").mkdir(parents=True)
    (made / "program").write_text("#!/bin/sh\n")
    (made / "program").chmod(0o755)
    (made / "_internal" / "data").write_text("data")
    (made / "_internal" / "link").symlink_to("data")
    return made


def test_the_same_files_make_the_same_zip_with_programs_executable_and_no_links(folder: Path, tmp_path: Path) -> None:
    zips = [tmp_path / "one.zip", tmp_path / "other.zip"]
    for target in zips:
        pack(folder, target)
        (folder / "program").touch()
    assert zips[0].read_bytes() == zips[1].read_bytes()
    with zipfile.ZipFile(zips[0]) as archive:
        modes = {entry.filename: entry.external_attr >> 16 for entry in archive.infolist()}
        assert modes == {"program": 0o100755, "_internal/data": 0o100644, "_internal/link": 0o100644}
        assert archive.read("_internal/link") == b"data"


def test_the_sums_are_of_all_platforms_and_of_the_manifest(tmp_path: Path) -> None:
    names = [f"{STEM}_darwin_arm64.zip", f"{STEM}_linux_amd64.zip", f"{STEM}_manifest.json"]
    for name in (*names, "terraform-provider-mfa_0.0.1_linux_amd64.zip"):
        (tmp_path / name).write_text(name)
    assert list(sums(tmp_path)) == [f"{hashlib.sha256(name.encode()).hexdigest()}  {name}\n" for name in names]


def test_a_python_without_a_shared_library_is_refused_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sysconfig, "get_config_var", lambda name: 0)
    assert provider_zip.main() == 1
    told = capsys.readouterr().err.splitlines()[-1]
    assert told.startswith("No self-contained provider: PyInstaller needs a Python with a shared library: ")
