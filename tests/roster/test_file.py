"""Writing a roster back: at one stroke, its own bytes and mode, never over somebody else's change."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mfa_association.roster import RosterError, WriteRefused, read_file, write_file

TEXT = "users:\r\n  alice: [GAHT12345678]"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "roster.yaml"
    found.write_bytes(TEXT.encode())
    found.chmod(0o640)
    return found


def test_the_bytes_are_those_of_the_text_and_the_mode_stays(path: Path) -> None:
    file = read_file(path)
    assert file.text == TEXT
    write_file(file, "é\r\n")
    assert path.read_bytes() == "é\r\n".encode()
    assert path.stat().st_mode & 0o777 == 0o640
    assert os.listdir(path.parent) == [path.name]


def test_a_link_stays_a_link(path: Path, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    link = tmp_path / "folder" / "link.yaml"
    link.symlink_to(path)
    write_file(read_file(link), "new")
    assert link.is_symlink()
    assert path.read_text() == "new"


def test_a_change_by_somebody_else_is_not_overwritten(path: Path) -> None:
    file = read_file(path)
    path.write_text("theirs")
    with pytest.raises(WriteRefused) as caught:
        write_file(file, "mine")
    assert str(caught.value) == (
        f"writing ({path}): somebody else changed it in the meantime; nothing was written, check it and run again"
    )
    assert path.read_text() == "theirs"
    assert os.listdir(path.parent) == [path.name]


def test_a_file_that_went_is_not_written_anew(path: Path) -> None:
    file = read_file(path)
    path.unlink()
    with pytest.raises(WriteRefused, match="somebody else changed it"):
        write_file(file, "mine")
    assert os.listdir(path.parent) == []


def test_a_new_file_has_the_mode_of_new_files(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        file = read_file(tmp_path / "new.yaml", may_be_missing=True)
        assert file.text == ""
        write_file(file, "x")
    finally:
        os.umask(before)
    assert (tmp_path / "new.yaml").stat().st_mode & 0o777 == 0o640


def test_a_new_file_that_somebody_else_made_is_theirs(tmp_path: Path) -> None:
    file = read_file(tmp_path / "new.yaml", may_be_missing=True)
    file.path.write_text("theirs")
    with pytest.raises(WriteRefused, match="somebody else changed it"):
        write_file(file, "mine")
    assert file.path.read_text() == "theirs"


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    file = read_file(tmp_path / "no" / "new.yaml", may_be_missing=True)
    with pytest.raises(WriteRefused) as caught:
        write_file(file, "x")
    assert str(caught.value) == (
        f"writing ({file.path}): No such file or directory; nothing was written, fix that and run again"
    )


def test_a_failing_write_leaves_nothing_behind(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WriteRefused, match="No space left on device"):
        write_file(read_file(path), "new")
    assert path.read_bytes() == TEXT.encode()
    assert os.listdir(path.parent) == [path.name]


def test_a_missing_file_is_a_fault_unless_it_may_be_missing(tmp_path: Path) -> None:
    with pytest.raises(RosterError, match="1: the file cannot be read: No such file or directory"):
        read_file(tmp_path / "no.yaml")
