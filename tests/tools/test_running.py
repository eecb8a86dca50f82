"""A command never outlasts its limit or its caller, and its children go with it."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import running

# It and its child hold the pipe open: the pipe's other end reads to the end once both are gone.
SLEEPER = (
    "import subprocess, sys; pipe = open(sys.argv[1], 'w'); print('started', file=pipe, flush=True);"
    "subprocess.Popen(['sleep', '60'], stdout=pipe).wait()"
)


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    """A named pipe for SLEEPER."""
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


def test_a_failure_carries_the_last_line() -> None:
    with pytest.raises(running.CommandFailed, match=r"^the cause$"):
        running.run("trying", ["sh", "-c", "echo first; echo the cause >&2; exit 3"], limit=10)


def test_a_silent_failure_carries_the_exit_code() -> None:
    with pytest.raises(running.CommandFailed, match=r"^exit code 3$"):
        running.run("trying", ["sh", "-c", "exit 3"], limit=10)


@pytest.mark.long
def test_the_limit_ends_the_command_and_its_children(pipe: Path) -> None:
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with pytest.raises(running.CommandFailed, match="no end after 1 s"):
        running.run("sleeping", [sys.executable, "-c", SLEEPER, str(pipe)], limit=1)
    os.set_blocking(reader, True)
    with os.fdopen(reader) as told:
        assert told.read() == "started\n"


@pytest.mark.long
def test_without_a_terminal_progress_is_whole_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(running, "QUIET_SECONDS", 0.5)
    running.run("sleeping", ["sleep", "1.5"], limit=10)
    assert re.fullmatch(r"  sleeping: 1 s\n  sleeping: done after [12] s\n", capsys.readouterr().err)


@pytest.mark.long
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_command_and_its_children(pipe: Path, number: signal.Signals) -> None:
    script = (
        "import signal, sys, running\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))\n"
        f"running.run('sleeping', [sys.executable, '-c', {SLEEPER!r}, {str(pipe)!r}], limit=60)\n"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(running.__file__).parent)}
    caller = subprocess.Popen([sys.executable, "-c", script], env=environment, stderr=subprocess.DEVNULL)
    with pipe.open() as told:
        assert told.readline() == "started\n"
        caller.send_signal(number)
        assert told.read() == ""
    assert caller.wait(10) != 0
