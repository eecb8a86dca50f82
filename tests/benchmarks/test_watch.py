"""What a benchmark notes of the provider's process."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.watch import TICKS, Watch

SESSION = 7


@pytest.mark.parametrize(
    ("reason", "status", "memory"),
    [
        ("it runs", "VmHWM:\t 50000 kB\n", 50),
        ("it is ending: the memory is given back, and what was noted stands", "State:\tZ (zombie)\n", 40),
    ],
)
def test_the_peak_of_a_process(tmp_path: Path, reason: str, status: str, memory: float) -> None:
    (tmp_path / "stat").write_text(f"1 (python) S 1 1 {SESSION} " + "0 " * 7 + f"{TICKS} {TICKS}")
    (tmp_path / "cmdline").write_bytes(b"python\0-m\0pulumi.dynamic")
    watch = Watch(SESSION)
    for seen in ("VmHWM:\t 40000 kB\n", status):
        (tmp_path / "status").write_text(seen)
        assert watch._note(tmp_path)
    assert watch.provider and (watch.provider.memory, watch.provider.cpu) == (memory, 2), reason
