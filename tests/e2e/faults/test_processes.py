"""A killed command's children are found, whether /proc tells of them or `ps`."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.support import processes
from tests.support.processes import Running


def _reads() -> list[str]:
    told = ["/proc"] if processes.PROC.is_dir() else []
    return told + (["ps"] if shutil.which("ps") else [])


@pytest.mark.parametrize("read", _reads())
def test_children_that_outlive_the_command_are_found_and_killed(
    read: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "PROC", Path("/proc") if read == "/proc" else tmp_path / "nowhere")
    child = f"sleep 60.{os.getpid()}"
    running = Running(["sh", "-c", f"{child} & wait"], tmp_path, {"PATH": "/usr/bin:/bin"})
    running.wait_for(lambda: child in {arguments for _, arguments in processes.running().values()})
    running.kill_cli()
    assert list(running.survivors().values()) == [child]
    running.kill_all()
    assert running.end() == -9
    assert running.survivors() == {}
