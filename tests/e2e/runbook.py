"""The runbook as a script: each chapter's commands in a repo of its own, and what they print beside what the page says.

A line ``…`` on the page stands for anything. Times, durations, hashes and key ids are masked.
"""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.support.terminal import Bench

_MASKS = (
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "2026-01-31T12:00:00Z"),
    (r"\b[0-9.]+m?s\b", "1s"),
    (r"(^\[\w+ )[0-9a-f]{7,}", r"\1 1a2b3c4"),
    (r"AKIA[A-Z0-9]{16}", "AKIAIOSFODNN7EXAMPLE"),
    (r"\x1b\[[0-9;?]*[a-zA-Z]", ""),
    (r"●( ●)*", "●"),
)


@dataclass(frozen=True)
class Command:
    """One command of the page and what it is said to print."""

    line: str
    expected: tuple[str, ...]


def chapters(page: Path) -> dict[str, list[Command]]:
    """The commands of each chapter that has any."""
    found: dict[str, list[Command]] = {}
    for chapter in re.split(r"^## ", page.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        title, _, text = chapter.partition("\n")
        blocks = re.findall(r"^```console\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
        commands = [command for block in blocks for command in _commands(block)]
        if commands:
            found[title] = commands
    return found


def _commands(block: str) -> Iterator[Command]:
    for piece in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        line, *printed = piece.rstrip("\n").split("\n")
        yield Command(line, tuple(printed))


def masked(text: str) -> list[str]:
    """What is the same in every run, without blanks at the ends of lines."""
    for pattern, mask in _MASKS:
        text = re.sub(pattern, mask, text)
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def differs(command: Command, printed: str) -> str | None:
    """What the page says that the command did not print, in this order, or nothing."""
    said = masked("\n".join(command.expected))
    shown = masked(printed)
    pattern = "".join(r"(?:.*\n)*" if line == "…" else re.escape(line + "\n") for line in said)
    if re.fullmatch(pattern, "".join(line + "\n" for line in shown)):
        return None
    return f"$ {command.line}\n" + "\n".join(shown)


@dataclass
class Shell:
    """A folder in which a chapter is run. ``codes`` gives the two codes of a device that is being enrolled."""

    folder: Path
    env: Mapping[str, str]
    codes: Callable[[str], tuple[str, str]]

    def run(self, line: str) -> str:
        """Run one line; what it printed. Whoever enrols sits at a terminal, where the QR code is left out."""
        if " enroll " not in line:
            return self._piped(line)
        bench = Bench(self.folder, self.env, ["bash", "-c"])
        with bench.terminal(line, size=(240, 60)) as terminal:
            terminal.until("First code   ○")
            terminal.type("".join(self.codes(_device(line))))
            terminal.ended()
        return _as_seen(terminal.text)

    def _piped(self, line: str) -> str:
        done = subprocess.run(
            ["bash", "-c", line],
            cwd=self.folder,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
        )
        return done.stdout


def _device(line: str) -> str:
    """The device that is enrolled: the one there is, or the default name."""
    words = shlex.split(line)
    return (
        words[words.index("--existing") + 1] if "--existing" in words else f"{words[words.index('enroll') + 1]}-phone"
    )


def _as_seen(text: str) -> str:
    """The screen after the end: what was on the other one is gone, and lines show as they were drawn last."""
    text = re.sub(r"\x1b\[\?1049h.*\x1b\[\?1049l", "", text, flags=re.DOTALL)
    shown: list[str] = []
    for line in text.split("\n"):
        if "\x1b[1A\x1b[2K" in line:
            shown.pop()
        shown.append(line.rstrip("\r").rpartition("\r")[2])
    return "\n".join(shown)
