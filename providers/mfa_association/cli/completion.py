"""``mfa-association completion``: the script by which a shell completes commands, options and files."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

from mfa_association.cli.process import OK

_SHELLS = ("bash", "zsh", "fish")
_ABOUT = """
Print the script that lets a shell complete this command. bash: eval "$(mfa-association completion bash)" in ~/.bashrc.
zsh: the same in ~/.zshrc, below compinit. fish: mfa-association completion fish >
~/.config/fish/completions/mfa-association.fish.
"""
_FILES = ("FILE", "PATH", "ROSTER")


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("completion", help="let the shell complete commands", description=_ABOUT)
    parser.add_argument("shell", choices=_SHELLS)
    parser.set_defaults(command=_print)


def _print(options: argparse.Namespace) -> int:
    import shtab

    from mfa_association.cli.command_line import parser

    whole = parser()
    for action in _actions(whole):
        if action.metavar in _FILES:
            action.complete = shtab.FILE  # type: ignore[attr-defined]
        elif action.metavar == "DIR":
            action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
    print(shtab.complete(whole, options.shell))
    return OK


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """All options and arguments, those of commands too."""
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from _actions(command)
